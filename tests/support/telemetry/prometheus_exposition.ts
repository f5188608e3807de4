/** One line of figures. */
interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Figures of one name. */
export interface ExposedFamily {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly ExposedSample[];
}

const HELP = /^# HELP ([a-zA-Z_:][\w:]*) (?:[^\\]|\\\\|\\n)*$/;
const TYPE = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

/** Reads the text format of Prometheus, and throws for what its own reader refuses or warns of. */
export function parseExposition(text: string): readonly ExposedFamily[] {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families: { name: string; type: string; samples: ExposedSample[] }[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const type = TYPE.exec(line);
    if (type !== null) families.push({ name: type[1]!, type: type[2]!, samples: [] });
    else if (line.startsWith("#")) {
      if (!HELP.test(line)) throw new Error(`no comment that is known: ${line}`);
    } else {
      const family = families.at(-1);
      if (family === undefined) throw new Error(`no type before ${line}`);
      family.samples.push(sampleOf(line, family));
    }
  }
  families.forEach(check);
  const names = families.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Error("a family comes twice");
  return families;
}

function sampleOf(line: string, family: { name: string; type: string }): ExposedSample {
  const [, name, text = "", value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const own = family.type === "histogram"
    ? ["_bucket", "_sum", "_count"].map((suffix) => family.name + suffix)
    : [family.name];
  if (!own.includes(name)) throw new Error(`${name} is not of ${family.name}`);
  return { name, labels: labelsOf(text), value: value === "+Inf" ? Infinity : Number(value) };
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text);
    if (found === null) throw new Error(`no labels: ${text}`);
    const [, label = "", value = ""] = found;
    if (Object.hasOwn(labels, label)) throw new Error(`${label} comes twice`);
    labels[label] = value.replace(/\\(.)/g, (_, char) => char === "n" ? "\n" : char);
  }
  return labels;
}

function check({ name, type, samples }: ExposedFamily): void {
  const keys = samples.map((sample) => sample.name + keyOf(sample.labels));
  if (new Set(keys).size < keys.length) throw new Error(`${name} has a sample twice`);
  if (type !== "histogram") return;
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => keyOf(labels));
  for (const [key, all] of series) {
    const valueOf = (suffix: string) => all.find((one) => one.name === name + suffix)?.value;
    const buckets = all.filter((one) => one.name === `${name}_bucket`)
      .map(({ labels: { le = "" }, value }) =>
        [le === "+Inf" ? Infinity : Number(le), value] as const
      )
      .sort(([a], [b]) => a - b);
    const grows = buckets.every(([le, value], at) =>
      !Number.isNaN(le) && value >= (buckets[at - 1]?.[1] ?? 0)
    );
    const last = buckets.at(-1);
    const isWhole = last?.[0] === Infinity && last[1] === valueOf("_count") &&
      valueOf("_sum") !== undefined;
    if (!grows || !isWhole) throw new Error(`${name}${key} is no histogram`);
  }
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1));
}
