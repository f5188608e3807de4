/**
 * Gives the code of services the name that workers of the web have for their global scope. Imported
 * before everything else.
 *
 * @module
 */
Object.defineProperty(globalThis, "self", { value: globalThis, writable: true });
