/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { StoreInfo } from "../../../../runtime/store/store_types.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { bytes } from "../../../terminal/bytes.ts";
import { printable } from "../../../terminal/printable.ts";
import { relativeTime } from "../../../terminal/relative_time.ts";
import { Code, Empty, Facts, Section } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { resourceHref } from "../words/resource_href.ts";
import { MOST_TEXT, type Preview } from "./read_preview.ts";

/** An object: what is known of it, and what can be shown. */
export function ObjectPage(
  { place, info, cause, preview, now }: {
    readonly place: DataPlace;
    readonly info: StoreInfo;
    readonly cause: string | undefined;
    readonly preview: Preview | ExplainedError;
    readonly now: number;
  },
): VNode {
  const { key, size, contentType, updatedAt, digest, metadata } = info;
  const pairs = Object.entries(metadata);
  return (
    <>
      <p class="buttons">
        <a class="button" href={resourceHref(place, "download", { key })} download>Download</a>
        <a class="button danger" href={resourceHref(place, "delete", { key })}>Delete</a>
      </p>
      <Section title="Object">
        <Facts
          facts={[
            ["Size", bytes(size)],
            ["Type", printable(contentType ?? "not said")],
            [
              "Stored",
              <time key="at" datetime={updatedAt} title={updatedAt}>
                {relativeTime(updatedAt, now)}
              </time>,
            ],
            ...(cause === undefined
              ? []
              : [["Cause", <code key="cause">{printable(cause)}</code>] as const]),
            ["Digest", <code key="digest">{digest ?? "none"}</code>],
          ]}
        />
        {pairs.length > 0 && (
          <>
            <h3>Metadata</h3>
            <Facts facts={pairs.map(([name, value]) => [printable(name), printable(value)])} />
          </>
        )}
      </Section>
      <Section title="Preview">
        {"code" in preview
          ? <Problem error={preview} />
          : <Shown place={place} objectKey={key} preview={preview} />}
      </Section>
    </>
  );
}

function Shown(
  { place, objectKey: key, preview }: {
    readonly place: DataPlace;
    readonly objectKey: string;
    readonly preview: Preview;
  },
): VNode {
  switch (preview.kind) {
    case "picture":
      return (
        <img
          class="picture"
          src={resourceHref(place, "picture", { key })}
          alt={`What is stored under ${printable(key)}`}
        />
      );
    case "text":
      return (
        <>
          <Code>{printable(preview.text, { lines: true })}</Code>
          {!preview.isWhole && (
            <p class="faint small">
              Only the first {bytes(MOST_TEXT)} are shown; the download has all.
            </p>
          )}
        </>
      );
    case "none":
      return <Empty>{preview.why}</Empty>;
  }
}

/** Asks whether an object is to be deleted, and says what that means. */
export function DeleteObjectPage(
  { place, info: { key, size }, error }: {
    readonly place: DataPlace;
    readonly info: StoreInfo;
    readonly error?: ExplainedError | undefined;
  },
): VNode {
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      <p>
        The object of {bytes(size)}{" "}
        is gone for good: a store keeps no earlier ones. Every service that reads the store finds
        nothing under the key any more, at once.
      </p>
      <form method="post" action={resourceHref(place, "delete")}>
        <input type="hidden" name="key" value={key} />
        <p class="buttons">
          <button type="submit" class="danger">Delete the object</button>
          <a href={resourceHref(place, "object", { key })}>Keep it</a>
        </p>
      </form>
    </>
  );
}
