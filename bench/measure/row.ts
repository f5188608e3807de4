import { type Figures, median, medianRatio } from "./rounds.ts";

/** What figures are given in. */
export type Unit = "/s" | "MiB/s" | "ms" | "us" | "ns" | "MiB" | "kB";

/** True for rates; of times and of memory, less is better. */
export function moreIsBetter(unit: Unit): boolean {
  return unit.endsWith("/s");
}

/** What a measurement is to reach. */
export interface Target {
  /** What is held against the limit: the ratio, or Trellis's own figure. */
  readonly of: "ratio" | "figure";
  readonly limit: number;
}

/** One line of the report. */
export interface Row {
  readonly name: string;
  readonly unit: Unit;
  /** Trellis's median; undefined when it could not be measured. */
  readonly trellis?: number;
  /** What it is measured beside. */
  readonly beside?: string;
  /** The median of that; undefined when it was not measured. */
  readonly other?: number;
  /** Median over the rounds of Trellis divided by the other. */
  readonly ratio?: number;
  readonly target?: Target;
  /** Undefined without a target, or without what it is about. */
  readonly met?: boolean;
}

/** What a row is about. */
export interface Subject {
  readonly name: string;
  readonly unit: Unit;
  readonly target?: Target;
}

/** A row of two sides that were measured in turns. */
export function compared(subject: Subject, figures: Figures, beside: string): Row {
  const trellis = figures.Trellis ?? [];
  const others = figures[beside] ?? [];
  if (others.length === 0) return notMeasured(subject, beside, median(trellis));
  return judged({
    ...subject,
    beside,
    trellis: median(trellis),
    other: median(others),
    ratio: medianRatio(trellis, others),
  });
}

/** A row of Trellis's own figures. */
export function alone(subject: Subject, figures: readonly number[]): Row {
  return judged({ ...subject, trellis: median(figures) });
}

/** A row whose other side is not there: it says so and judges nothing. */
export function notMeasured(subject: Subject, beside: string, trellis: number): Row {
  return { ...subject, beside, trellis };
}

function judged(row: Row): Row {
  const { target, unit } = row;
  const reached = target?.of === "ratio" ? row.ratio : row.trellis;
  if (target === undefined || reached === undefined) return row;
  return { ...row, met: moreIsBetter(unit) ? reached >= target.limit : reached <= target.limit };
}
