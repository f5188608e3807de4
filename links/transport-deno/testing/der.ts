/** One ASN.1 value in DER: a tag, the length, and the parts one after the other. */
export function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const out: number[] = [tag, ...derLength(size)];
  for (const part of parts) out.push(...part);
  return Uint8Array.from(out);
}

/** An object identifier from its dotted form. */
export function derOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Uint8Array.from(bytes));
}

/** Text as a UTF8String, or under another tag. */
export function derText(text: string, tag = 0x0c): Uint8Array {
  return der(tag, new TextEncoder().encode(text));
}

/** A GeneralizedTime to the second. */
export function derTime(time: Date): Uint8Array {
  return derText(time.toISOString().replace(/[-:T]|\.\d+/g, ""), 0x18);
}

/** The DER between the lines of a PEM text. */
export function derOfPem(pem: string): Uint8Array {
  return Uint8Array.from(atob(pem.replace(/-----[^-]+-----|\s/g, "")), (c) => c.charCodeAt(0));
}

/** DER as a PEM text with the given label. */
export function pemOfDer(label: string, bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes)).replace(/.{64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}

function derLength(size: number): number[] {
  if (size < 0x80) return [size];
  if (size < 0x100) return [0x81, size];
  return [0x82, size >> 8, size & 0xff];
}
