/** A number in groups of three: 1 234 567. */
export function grouped(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A length of time: `3 s`, `2 min 5 s`, `7 h 12 min`, `3 d 4 h`. */
export function durationOf(seconds: number): string {
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** Bytes in MiB. */
export function mebibytes(bytes: number): string {
  return `${grouped(bytes / 2 ** 20)} MiB`;
}
