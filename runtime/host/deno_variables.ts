/** Environment variables as they are set, and the names of those that may not be read. */
export function readVariables(
  names: readonly string[],
): { readonly values: Record<string, string>; readonly unreadable: readonly string[] } {
  const values: Record<string, string> = {};
  const unreadable: string[] = [];
  for (const name of names) {
    if (!mayRead(name)) unreadable.push(name);
    else {
      const value = Deno.env.get(name);
      if (value !== undefined) values[name] = value;
    }
  }
  return { values, unreadable };
}

/** The value of an environment variable; undefined where it is empty, not set, or may not be read. */
export function readVariable(variable: string): string | undefined {
  return mayRead(variable) ? Deno.env.get(variable) || undefined : undefined;
}

function mayRead(variable: string): boolean {
  // Asked first: reading without permission would stop the process to prompt for it.
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
