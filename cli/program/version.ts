import configuration from "../../deno.json" with { type: "json" };

/** The version of this Trellis, as published. */
export const VERSION: string = configuration.version;
/** The name of the package, as published. */
export const PACKAGE: string = configuration.name;
