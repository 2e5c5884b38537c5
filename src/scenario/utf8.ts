/** How many continuation bytes follow this lead byte, or -1 where it leads nothing. */
function continuations(lead: number): number {
  if (lead < 0x80) return 0;
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  if (lead >= 0xf0 && lead <= 0xf4) return 3;
  return -1;
}

/** Whether `second` may follow `lead`: no overlong form, no surrogate, nothing above U+10FFFF. */
function follows(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (lead === 0xed) return second >= 0x80 && second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90 && second <= 0xbf;
  if (lead === 0xf4) return second >= 0x80 && second <= 0x8f;
  return second >= 0x80 && second <= 0xbf;
}

/** The offset of the first byte that begins no UTF-8 sequence (RFC 3629, section 4), or -1 if all is valid. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    const more = continuations(lead);
    if (more < 0 || at + more >= bytes.length) return at;
    for (let i = 1; i <= more; i++) {
      const byte = bytes[at + i]!;
      if (i === 1 ? !follows(lead, byte) : byte < 0x80 || byte > 0xbf) return at;
    }
    at += more + 1;
  }
  return -1;
}
