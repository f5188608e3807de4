const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A number of bytes for a person, in powers of 1024: `512 B`, `1.5 KiB`, `64 MiB`. */
export function bytes(count: number): string {
  if (!Number.isFinite(count)) return "unknown";
  let value = Math.abs(count);
  let unit = 0;
  // 1023.95 would be written as 1024.0, which belongs to the next unit.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, "");
  return `${count < 0 ? "-" : ""}${digits} ${UNITS[unit]}`;
}
