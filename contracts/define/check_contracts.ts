/**
 * Whoever imports this module has the contracts checked that are defined in this program.
 *
 * @module
 */
import { parseManifest } from "../manifest/manifest_check.ts";
import { checkKeywords } from "../schema/declared/keyword_check.ts";
import { checkContractsBy } from "./contract_checks.ts";

checkContractsBy({ keywords: checkKeywords, manifest: parseManifest });
