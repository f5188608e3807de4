import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import type { WorkRow } from "./work_row.ts";
import type { WorkFound } from "./work_found.ts";
import { consumerKey } from "../resources/work_streams.ts";

/**
 * Rows that cannot get some of their events now keep what they get already: that a used contract is gone for
 * a while is no reason to lose what waits.
 */
export function keepFilters(rows: readonly WorkRow[], found: WorkFound): readonly WorkRow[] {
  return rows.map((row) => {
    if (row.missing.length === 0) return row;
    const consumers = row.consumers.map((consumer) => {
      const before = found.consumers.get(consumerKey(consumer))?.settings.filters;
      if (consumer.stream !== EVENT_STREAM || before === undefined) return consumer;
      const filters = [...new Set([...consumer.settings.filters, ...before])].sort();
      return { ...consumer, settings: { ...consumer.settings, filters } };
    });
    const streams = row.streams.map((stream) => {
      const before = found.streams.get(stream.name)?.settings.transforms ?? [];
      const { transforms } = stream.settings;
      const kept = before.filter(({ from }) => !transforms.some((known) => known.from === from));
      return { ...stream, settings: { ...stream.settings, transforms: [...transforms, ...kept] } };
    });
    return { ...row, consumers, streams };
  });
}
