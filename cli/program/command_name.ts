/** How a person calls this program inside a project, for hints that can be copied. */
export const COMMAND = "deno task trellis";

const NAMED =
  /(?<![\w/.:-]|deno task )trellis (?=(?:svc|status|authority|policy|contract|explain|init|dev|start|call|kv|store)\b)/g;

/** A text in which commands are called as a person calls them inside a project. */
export function callable(text: string): string {
  return text.replaceAll(NAMED, `${COMMAND} `);
}
