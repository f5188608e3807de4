import type { Context } from "hono";

/** The fields of a form that was sent; one that is missing, or a file, is empty. */
export async function formOf(context: Context): Promise<(name: string) => string> {
  const form = await context.req.formData();
  return (name) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
}
