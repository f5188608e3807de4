/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { StoredEvent } from "../../live/nats/read_event.ts";
import { bytes } from "../../terminal/bytes.ts";
import { printable } from "../../terminal/printable.ts";
import { Body } from "../layout/body.tsx";
import { Facts, Section, Table } from "../layout/parts.tsx";

/** Where the page of an event is. */
export function eventHref(sequence: number): string {
  return `/live/events/${sequence}`;
}

/** An event as it is stored, with its body. */
export function EventPage({ event }: { readonly event: StoredEvent }): VNode {
  const { subject, sequence, at, headers, body } = event;
  return (
    <>
      <Facts
        facts={[
          ["Subject", <code key="subject">{printable(subject)}</code>],
          ["Stored", `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC`],
          ["Place in the stream", sequence.toLocaleString("en")],
          ["Body", bytes(body.length)],
        ]}
      />
      <Section title="Body">
        <Body of={body} />
      </Section>
      <Section title="Headers">
        <Table
          caption="Headers of the event"
          rows={headers}
          keyOf={([name]) => name}
          empty="It has none."
          columns={[
            { heading: "Name", cell: ([name]) => printable(name) },
            { heading: "Value", cell: ([, value]) => printable(value) },
          ]}
        />
      </Section>
    </>
  );
}
