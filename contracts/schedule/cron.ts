import { Cron } from "croner";

/** When a job is created by the clock. */
interface CronTimes {
  /** Six fields, seconds first. */
  readonly cron: string;
  /** IANA time zone; UTC when absent. */
  readonly timeZone?: string;
}

/** What NATS and every other reader take for the same: numbers, names, ranges, lists and steps. */
const FIELDS = /^(?:[0-9A-Za-z*,/-]+ ){5}[0-9A-Za-z*,/-]+$/;
/** Last day, next weekday: NATS does not know them. A name of a month or a day has three letters. */
const FOREIGN = /(?:^|[^A-Z])(?:L|W|LW)(?:$|[^A-Z])|[0-9][LW]/i;
/** Sunday is 0 for NATS. */
const SEVENTH_DAY = /(?:^|[,-])7(?:$|[,/-])/;

/** What is wrong with the times of a schedule, and where; undefined when a server takes them. */
export function cronProblem(
  { cron, timeZone = "UTC" }: CronTimes,
): { readonly member: "cron" | "timeZone"; readonly message: string } | undefined {
  if (!FIELDS.test(cron)) return { member: "cron", message: "does not have six fields" };
  if (FOREIGN.test(cron)) {
    return { member: "cron", message: "has an L or a W, which NATS does not know" };
  }
  if (SEVENTH_DAY.test(cron.split(" ")[5]!)) {
    return { member: "cron", message: "has day 7, and Sunday is 0 or SUN" };
  }
  if (!isTimeZone(timeZone)) return { member: "timeZone", message: "is no time zone" };
  try {
    if (read(cron, timeZone).nextRun() === null) {
      return { member: "cron", message: "never comes" };
    }
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "";
    return { member: "cron", message: `cannot be read: ${reason}` };
  }
}

/** The last time of a schedule at or before `now`; undefined when there was none. */
export function lastTick({ cron, timeZone = "UTC" }: CronTimes, now: Date): Date | undefined {
  // What is asked for is before a whole second, and a time that is now counts.
  const after = new Date((Math.floor(now.getTime() / 1000) + 1) * 1000);
  const [last] = read(cron, timeZone).previousRuns(1, after);
  return last;
}

/** The next time of a schedule after `now`; undefined when there is none. */
export function nextTick({ cron, timeZone = "UTC" }: CronTimes, now: Date): Date | undefined {
  return read(cron, timeZone).nextRun(now) ?? undefined;
}

function read(cron: string, timezone: string): Cron {
  return new Cron(cron, { mode: "6-part", timezone });
}

/** As NATS names them: `europe/berlin` and `+02:00` are none. */
function isTimeZone(name: string): boolean {
  if (name === "UTC") return true;
  if (!/^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z0-9][A-Za-z0-9_+-]*)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
