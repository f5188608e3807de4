/**
 * Makes Deno resolve these two packages together when the command starts. `ajv-formats` has `ajv` as
 * a peer; resolved one after the other, by modules that are loaded later, a project without a lock
 * file gets a second copy of it that is never installed.
 *
 * @module
 */
import "ajv/package.json" with { type: "json" };
import "ajv-formats/package.json" with { type: "json" };
