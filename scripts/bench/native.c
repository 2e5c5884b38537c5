/*
 * The engine without a Wasm runtime, for `cidfuzz bench`: build/release.wasm as C (wasm2c), beside this file.
 *
 * Usage: native IMAGE, where IMAGE holds what the host writes into the engine's memory before a batch. For each
 * line on stdin it begins the batch and runs it to its end, and answers with one line:
 *
 *   SECONDS MICRO-STEPS STOPS KIND:PC:COUNT,…
 *
 * which is how much time of the processor that took, the micro-steps of the batch, how often the fuzz loop has stopped at something that
 * it found, and the buckets. It ends with its input.
 *
 * src/bench/native.ts writes names.h, for the names that wasm2c gives change from version to version:
 *
 *   ENGINE              the type of an instance
 *   INSTANTIATE(e)      makes one, its imports included
 *   EXPORT(name)        the C name of an export of the module
 *   BEGIN_BATCH(e)      the call, its arguments included
 *   IMAGE_AT, PAGES     where the image belongs, and the pages of memory that the host would have
 *   BUCKETS_AT, KINDS   of src/abi.ts and src/engine/addresses.ts
 */

#define _POSIX_C_SOURCE 199309L

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"
#include "names.h"

static ENGINE engine;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t read_image(const char *path, uint8_t *image, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t read;

	if (!file) {
		perror(path);
		exit(1);
	}
	read = fread(image, 1, size, file);
	fclose(file);
	return read;
}

static void print_buckets(const uint8_t *memory)
{
	const char *between = "";
	uint32_t kind, pc, count;

	for (kind = 1; kind < KINDS; kind++) {
		for (pc = 0; pc < 256; pc++) {
			memcpy(&count, memory + BUCKETS_AT + 4 * (kind << 8 | pc), sizeof(count));
			if (!count)
				continue;
			printf("%s%" PRIu32 ":%" PRIu32 ":%" PRIu32, between, kind, pc, count);
			between = ",";
		}
	}
}

int main(int argc, char **argv)
{
	static uint8_t image[65536];
	wasm_rt_memory_t *memory;
	size_t size;
	int c;

	if (argc != 2) {
		fprintf(stderr, "usage: native IMAGE\n");
		return 1;
	}
	/* A Ctrl-C reaches us too: whoever asks for rounds ends them. */
	signal(SIGINT, SIG_IGN);
	wasm_rt_init();
	INSTANTIATE(&engine);
	memory = EXPORT(memory)(&engine);
	if (memory->pages < PAGES && (int32_t)wasm_rt_grow_memory(memory, PAGES - memory->pages) < 0) {
		fprintf(stderr, "native: no memory\n");
		return 1;
	}
	size = read_image(argv[1], image, sizeof(image));

	while ((c = getchar()) != EOF) {
		uint32_t stops = 0;
		uint64_t steps;
		double began;

		if (c != '\n')
			continue;
		began = now();
		memcpy(memory->data + IMAGE_AT, image, size);
		BEGIN_BATCH(&engine);
		while (EXPORT(fuzz)(&engine))
			stops++;
		printf("%.9f ", now() - began);
		steps = (uint64_t)EXPORT(batchStepsHi)(&engine) << 32 | EXPORT(batchStepsLo)(&engine);
		printf("%" PRIu64 " %" PRIu32 " ", steps, stops);
		print_buckets(memory->data);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
