import type { Context } from "hono";

/** The fields of a form. */
export async function formOf(context: Context): Promise<Readonly<Partial<Record<string, string>>>> {
  return Object.fromEntries(new URLSearchParams(await context.req.text()));
}
