/*
 * The explorer's graph of one small world as a Spin model: for `cidfuzz bench`, which compares states a second, and as
 * a cross-check, for both must count the same states and transitions.
 *
 * The world: algo rfc-v6, memory sc, arch x86, preempt full; two cpus; one mm; its tasks a (home 0) and b (home 1), and
 * the idle tasks. Nobody forks, exits or execs.
 *
 * One transition is one move of the explorer: a micro-step of a cpu (one access, or one full barrier), the beginning of
 * a switch, a tick or a task work, a migration, or an advance by 101 ms. Here that is one d_step, one assignment or one
 * bare condition. Where a process is, is the pc of a frame, under its name in assembly/kernel/pc.ts. A register that
 * nothing reads any more is 0, and of times only their order is kept. So pan stores the states of the explorer when it
 * reduces nothing but time, one for one, and its transitions are the explorer's and one more, for the initial state.
 *
 * Options of spin, none of them on by default: -DPREEMPT_NONE; and -DSWITCHES=n, -DTICKS=n, -DWORKS=n, -DMIGRATIONS=n,
 * -DADVANCES=n, which bound how often that happens. What is left of a bound is a part of the state.
 *
 *                                  states     transitions
 *      -DSWITCHES=2                842 336      3 341 584
 *      -DADVANCES=0              1 549 208      4 101 824
 *      -DWORKS=1 -DMIGRATIONS=0  4 813 266     15 689 089
 *      -DPREEMPT_NONE            6 286 468     23 180 060
 *      (none)                    more than 300 million, and the assertion fails: so the patch is
 *
 *      spin -a -DPREEMPT_NONE explore.pml
 *      gcc -O3 -DSAFETY -DNOREDUCE -DNOCLAIM -o pan pan.c
 *      ./pan -n -E -m1000000 -w24
 *
 * Without -DNOREDUCE pan leaves some of the states out. -w is log2 of the slots of its hash table, no fewer than
 * there are states; -m is the greatest depth of its search, and pan says so where that is too small.
 */

/* A task is a bit, and a set of them is a bitmap. The idle tasks are no bit: they have no state. */
#define A		1
#define B		2
#define IDLE		0

/* A slot: a cid, which is valid, or with LAZY, which is lazy, or UNSET. */
#define LAZY		2
#define UNSET		4

unsigned mask : 2;
byte cid[2] = UNSET;
byte curr[2] = IDLE;
unsigned use_cid_lock : 1;
unsigned cid_lock : 1;

/* Tasks with on_cpu 0, by home: those of cpu 1 are shifted by 2. One with on_cpu 1 is at home where it is. */
unsigned ready : 4 = A | B << 2;
/* Tasks whose frame makes the steps of their cpu: they are current, and no switch and no tick is under way there. */
unsigned may_step : 2;
/* Tasks that keep the irqs of their cpu off: between the last two steps of clear-old. */
unsigned irqs_off : 2;
unsigned work_queued : 2;
/* mm_cid: tasks for which it is not -1, and those for which it is 1. */
unsigned has_cid : 2;
unsigned has_cid_1 : 2;

/*
 * Clocks and times, a bit for each cpu: clock[c] < now, and time[c] < clock[c]. They are never newer, and where they
 * differ it is by 101 ms or more, so that older by PERIOD is older.
 */
unsigned clock_old : 2;
unsigned time_old : 2 = 3;
/*
 * The clock[c'] that clear-old has loaded is > time[c']: tasks at clear_time, those with c' = 1 shifted by 2. It is no
 * longer so when time[c'] is stored again, for that is a clock[c'] as new or newer.
 */
unsigned loaded_newer : 4;

/*
 * Jiffies as ages: how many different values among now and the j of each task work that has yet to claim its scan are
 * newer. next_scan is the age of next_scan - 100 jiffies. work_j is the age of the task's j, plus one, or 0 where it
 * has none. So a scan is due at j if next_scan >= work_j, and now if next_scan > 0.
 */
byte work_j[2];
unsigned next_scan : 2 = 1;
/* Tasks at work_claim_scan for which next_scan is still what they have loaded. */
unsigned same_scan : 2;

/* STAYS: tasks that may not be switched out. */
#ifdef PREEMPT_NONE
unsigned in_work : 2;
#define STAYS		in_work
#define BEGIN_WORK	in_work = in_work | ME
#define END_WORK	in_work = in_work & ~ME
#else
#define STAYS		irqs_off
#define BEGIN_WORK	skip
#define END_WORK	skip
#endif

#ifdef SWITCHES
byte switches = SWITCHES;
#define MAY_SWITCH	switches
#define SPEND_SWITCH	switches--
#else
#define MAY_SWITCH	true
#define SPEND_SWITCH	skip
#endif

#ifdef TICKS
byte ticks = TICKS;
#define MAY_TICK	ticks
#define SPEND_TICK	ticks--
#else
#define MAY_TICK	true
#define SPEND_TICK	skip
#endif

#ifdef WORKS
byte works = WORKS;
#define MAY_WORK	works
#define SPEND_WORK	works--
#else
#define MAY_WORK	true
#define SPEND_WORK	skip
#endif

#ifdef MIGRATIONS
byte migrations = MIGRATIONS;
#define MAY_MIGRATE	migrations
#define SPEND_MIGRATION	migrations--
#else
#define MAY_MIGRATE	true
#define SPEND_MIGRATION	skip
#endif

#ifdef ADVANCES
byte advances = ADVANCES;
#define MAY_ADVANCE	advances
#define SPEND_ADVANCE	advances--
#else
#define MAY_ADVANCE	true
#define SPEND_ADVANCE	skip
#endif

/* ---- cpu context: the processes 0 and 1 are the cpus ---------------------------------------------------------- */

#define CPU		(1 << _pid)
#define SLOT		cid[_pid]
#define CURR		curr[_pid]
#define OTHER_CURR	curr[1 - _pid]
#define READY(tasks)	((tasks) << (2 * _pid))

#define IRQS_ON		!(irqs_off & CURR)
#define MAY_LEAVE	MAY_SWITCH && !(STAYS & CURR)

inline begin_switch(next)
{
	T = next;
	ready = ready & ~READY(next);
	P = CURR;
	may_step = may_step & ~CURR;
	SPEND_SWITCH
}

inline store_clock()
{
	time_old = time_old | (clock_old & CPU);
	clock_old = clock_old & ~CPU
}

inline store_time()
{
	time_old = time_old & ~CPU;
	loaded_newer = loaded_newer & ~(3 << (2 * _pid))
}

/* __mm_cid_put() */
inline clear_mask()
{
	mask = mask & ~(1 << (v & 1));
	v = 0
}

/* P.mm_cid = -1 */
inline put_prev()
{
	has_cid = has_cid & ~P;
	has_cid_1 = has_cid_1 & ~P
}

/* T.mm_cid = k, the end of mm_cid_get(). No other task that runs should have that one. */
inline set_next(k)
{
	assert(!(has_cid & OTHER_CURR) || ((has_cid_1 & OTHER_CURR) != 0) != k);
	has_cid = has_cid | T;
	has_cid_1 = has_cid_1 | (T * k);
	v = 0
}

/* __mm_cid_try_get(): find-first-zero, then test-and-set. */
#define TRY_GET(try_first_zero, won, lost) \
try_first_zero: \
	if \
	:: !(mask & 1) \
	:: d_step { mask == 1 -> v = 1 } \
	:: mask == 3 -> goto try_first_zero \
	fi; \
	if /* try_set */ \
	:: d_step { !(mask & (1 << v)) -> mask = mask | (1 << v) }; goto won \
	:: d_step { (mask & (1 << v)) -> v = 0 }; goto lost \
	fi

active [2] proctype cpu()
{
	unsigned P : 2;
	unsigned T : 2;
	unsigned v : 3;		/* a slot's value, or a cid */

irqs_on:
	if
	:: d_step { MAY_LEAVE && CURR != IDLE -> begin_switch(IDLE) }
	:: d_step { MAY_LEAVE && (ready & READY(A)) -> begin_switch(A) }
	:: d_step { MAY_LEAVE && (ready & READY(B)) -> begin_switch(B) }
	:: d_step { MAY_TICK && IRQS_ON -> may_step = may_step & ~CURR; SPEND_TICK }; goto tick_clock
	fi;

	skip;	/* switch_entry_mb */
	/* switch_clock */
	d_step { store_clock() };
	if	/* switch_curr */
	:: d_step { (P && T) -> CURR = T }; goto switch_lazy_load
	:: d_step { !(P && T) -> CURR = T }
	fi;
	if	/* switch_mb */
	:: P -> goto switch_lazy_load
	:: !P -> goto get_load
	fi;

switch_lazy_load:
	if
	:: d_step { (SLOT & LAZY) -> v = SLOT & 1 }
	:: d_step { !(SLOT & LAZY) && T -> put_prev() }; goto get_load
	:: d_step { !(SLOT & LAZY) && !T -> put_prev() }; goto switch_on_cpu
	fi;
	if	/* switch_lazy_cmpxchg */
	:: d_step { SLOT == (v | LAZY) -> SLOT = UNSET }
	:: d_step { SLOT != (v | LAZY) && T -> v = 0; put_prev() }; goto get_load
	:: d_step { SLOT != (v | LAZY) && !T -> v = 0; put_prev() }; goto switch_on_cpu
	fi;
	if	/* switch_lazy_clear */
	:: d_step { T -> clear_mask(); put_prev() }
	:: d_step { !T -> clear_mask(); put_prev() }; goto switch_on_cpu
	fi;

	/* mm_cid_get() */
get_load:
	if
	:: d_step { SLOT < LAZY && (time_old & CPU) -> v = SLOT }
	:: d_step { SLOT < LAZY && !(time_old & CPU) -> set_next(SLOT) }; goto switch_on_cpu
	:: d_step { (SLOT & LAZY) -> v = SLOT & 1 }; goto get_lazy_cmpxchg
	:: SLOT == UNSET -> goto get_use_lock
	fi;
	if	/* get_first_zero */
	:: d_step { v && !(mask & 1) -> v = 0 }; goto put_load
	:: !(v && !(mask & 1))
	fi;
	/* get_snapshot_time */
	d_step { store_time(); set_next(v) }; goto switch_on_cpu;

put_load:
	if
	:: d_step { SLOT != UNSET -> v = SLOT }
	:: SLOT == UNSET -> goto get_use_lock
	fi;
put_cmpxchg:
	if
	:: d_step { SLOT == v -> SLOT = UNSET }
	:: d_step { SLOT != v && SLOT != UNSET -> v = SLOT }; goto put_cmpxchg
	:: d_step { SLOT != v && SLOT == UNSET -> v = 0 }; goto get_use_lock
	fi;
	/* put_clear */
	d_step { clear_mask() }; goto get_use_lock;

get_lazy_cmpxchg:
	if
	:: d_step { SLOT == (v | LAZY) -> SLOT = UNSET }
	:: d_step { SLOT != (v | LAZY) -> v = 0 }; goto get_use_lock
	fi;
	/* get_lazy_clear */
	d_step { clear_mask() };

	/* __mm_cid_get(). How try_get was entered is a matter of where. */
get_use_lock:
	if
	:: !use_cid_lock
	:: use_cid_lock -> goto get_lock_first
	fi;
	TRY_GET(try_without_lock, get_time, get_lock_to_force);

get_lock_first:
	if
	:: d_step { !cid_lock -> cid_lock = 1 }
	:: cid_lock -> goto get_lock_first
	fi;
	TRY_GET(try_with_lock, get_unlock, get_set_use_lock);

get_lock_to_force:
	if
	:: d_step { !cid_lock -> cid_lock = 1 }
	:: cid_lock -> goto get_lock_to_force
	fi;
get_set_use_lock:
	use_cid_lock = 1;
	TRY_GET(try_forcing, get_clear_use_lock, try_forcing);

get_clear_use_lock:
	use_cid_lock = 0;
get_unlock:
	cid_lock = 0;
get_time:
	if
	:: d_step { store_time() }
	fi;
	/* get_cid */
	d_step { SLOT = v; set_next(v) };

switch_on_cpu:
	if
	:: d_step { ready = ready | READY(P); may_step = may_step | T; P = 0; T = 0 }; goto irqs_on
	fi;

tick_clock:
	if
	:: d_step { (CURR & ~work_queued) -> store_clock() }
	:: d_step { !(CURR & ~work_queued) -> store_clock(); may_step = may_step | CURR }; goto irqs_on
	fi;
	if	/* tick_next_scan */
	:: d_step { next_scan > 0 -> work_queued = work_queued | CURR; may_step = may_step | CURR }; goto irqs_on
	:: d_step { next_scan == 0 -> may_step = may_step | CURR }; goto irqs_on
	fi
}

/* ---- task context: the processes 2 and 3 are the tasks -------------------------------------------------------- */

#define ME		(_pid - 1)
#define STEP		(may_step & ME)
#define J		work_j[_pid - 2]
#define OTHER_J		work_j[3 - _pid]

/* j has been read for the last time: what is older loses a newer value, unless there is another like j. */
inline forget_j()
{
	if
	:: J > 1 && OTHER_J != J ->
		if
		:: OTHER_J > J -> OTHER_J = OTHER_J - 1
		:: else
		fi;
		if
		:: next_scan >= J -> next_scan = next_scan - 1
		:: else
		fi
	:: else
	fi;
	J = 0
}

/* The loaded clock is newer than the time. */
#define NEWER		(loaded_newer & (ME << (2 * x)))

/* clear-old returns: of cpu 0, and of cpu 1. */
#define NEXT_CPU	x = 1; v = 0; t = 0
#define NO_MORE_CPUS	x = 0; v = 0; t = 0; END_WORK

active [2] proctype task()
{
	bit x;			/* the cpu of clear-old */
	bit v;			/* its slot's valid cid */
	unsigned t : 2;		/* the task seen there */

user_mode:
	if
	:: d_step { MAY_WORK && (may_step & work_queued & ME) ->
		work_queued = work_queued & ~ME; J = 1; BEGIN_WORK; SPEND_WORK }
	fi;
	if	/* work_next_scan */
	:: d_step { STEP && next_scan >= J -> same_scan = same_scan | ME }
	:: d_step { STEP && next_scan < J -> forget_j(); END_WORK }; goto user_mode
	fi;
	if	/* work_claim_scan */
	:: d_step { STEP && (same_scan & ME) -> same_scan = 0; next_scan = J - 1; forget_j() }
	:: d_step { STEP && !(same_scan & ME) -> forget_j(); END_WORK }; goto user_mode
	fi;

clear_clock:
	if
	:: d_step { STEP && (time_old & (1 << x)) -> loaded_newer = loaded_newer | (ME << (2 * x)) }
	:: STEP && !(time_old & (1 << x))
	fi;
	if	/* clear_time */
	:: d_step { STEP && NEWER -> loaded_newer = loaded_newer & ~(ME << (2 * x)) }
	:: d_step { STEP && !NEWER && x == 0 -> NEXT_CPU }; goto clear_clock
	:: d_step { STEP && !NEWER && x == 1 -> NO_MORE_CPUS }; goto user_mode
	fi;
	if	/* clear_cid */
	:: d_step { STEP && cid[x] < LAZY -> v = cid[x] }
	:: d_step { STEP && cid[x] >= LAZY && x == 0 -> NEXT_CPU }; goto clear_clock
	:: d_step { STEP && cid[x] >= LAZY && x == 1 -> NO_MORE_CPUS }; goto user_mode
	fi;
	/* clear_curr_1 */
	d_step { STEP -> t = curr[x] };
	if	/* clear_active_1: all but the idle tasks are */
	:: STEP && t != IDLE
	:: STEP && t == IDLE -> goto clear_lazy
	fi;
	if	/* clear_mm_1: whoever is active uses the mm. (t is looked at lest Spin takes it for dead.) */
	:: d_step { STEP && t && x == 0 -> NEXT_CPU }; goto clear_clock
	:: d_step { STEP && t && x == 1 -> NO_MORE_CPUS }; goto user_mode
	fi;
clear_lazy:
	if
	:: d_step { STEP && cid[x] == v -> cid[x] = v | LAZY }
	:: d_step { STEP && cid[x] != v && x == 0 -> NEXT_CPU }; goto clear_clock
	:: d_step { STEP && cid[x] != v && x == 1 -> NO_MORE_CPUS }; goto user_mode
	fi;
	/* clear_curr_2 */
	d_step { STEP -> t = curr[x] };
	if	/* clear_active_2 */
	:: STEP && t != IDLE
	:: STEP && t == IDLE -> goto clear_unset
	fi;
	if	/* clear_mm_2 */
	:: d_step { STEP && t && x == 0 -> NEXT_CPU }; goto clear_clock
	:: d_step { STEP && t && x == 1 -> NO_MORE_CPUS }; goto user_mode
	fi;
clear_unset:
	if
	:: d_step { STEP && cid[x] == (v | LAZY) -> cid[x] = UNSET; irqs_off = irqs_off | ME }
	:: d_step { STEP && cid[x] != (v | LAZY) && x == 0 -> NEXT_CPU }; goto clear_clock
	:: d_step { STEP && cid[x] != (v | LAZY) && x == 1 -> NO_MORE_CPUS }; goto user_mode
	fi;
	if	/* clear_bit */
	:: d_step { STEP && x == 0 -> mask = mask & ~(1 << v); irqs_off = irqs_off & ~ME; NEXT_CPU };
		goto clear_clock
	:: d_step { STEP && x == 1 -> mask = mask & ~(1 << v); irqs_off = irqs_off & ~ME; NO_MORE_CPUS };
		goto user_mode
	fi
}

/* ---- no cpu's: the load balancer, and time -------------------------------------------------------------------- */

active proctype others()
{
	do
	:: d_step { MAY_MIGRATE && (ready & (A | A << 2)) -> ready = ready ^ (A | A << 2); SPEND_MIGRATION }
	:: d_step { MAY_MIGRATE && (ready & (B | B << 2)) -> ready = ready ^ (B | B << 2); SPEND_MIGRATION }
	:: d_step { MAY_ADVANCE ->
		if
		:: work_j[0] == 1 || work_j[1] == 1 ->
			work_j[0] = work_j[0] + (work_j[0] != 0);
			work_j[1] = work_j[1] + (work_j[1] != 0);
			next_scan = next_scan + 1
		:: else ->
			next_scan = next_scan + (next_scan == 0)
		fi;
		clock_old = 3; SPEND_ADVANCE }
	od
}
