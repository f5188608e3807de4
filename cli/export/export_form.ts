/** The forms in which contracts are written for other tools. */
export const EXPORT_FORMS = ["asyncapi", "openapi", "json-schema"] as const;

/** One of {@link EXPORT_FORMS}. */
export type ExportForm = typeof EXPORT_FORMS[number];
