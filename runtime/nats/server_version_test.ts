import { assert, assertEquals } from "@std/assert";
import { compareVersions, isSupported, parseVersion, securityAdvice } from "./server_version.ts";

function compare(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  assert(left !== undefined && right !== undefined);
  return Math.sign(compareVersions(left, right));
}

Deno.test("a version is read with and without v, pre-release and build data", () => {
  assertEquals(parseVersion("v2.14.0"), { major: 2, minor: 14, patch: 0, preRelease: "" });
  assertEquals(parseVersion(" 2.15.0-RC.1+abc "), {
    major: 2,
    minor: 15,
    patch: 0,
    preRelease: "RC.1",
  });
  for (const text of ["", "2", "2.14", "latest", "2.14.0.1", "2.x.0", "2.14.0-"]) {
    assertEquals(parseVersion(text), undefined);
  }
});

Deno.test("versions are ordered by number, and a pre-release before its release", () => {
  const ascending = [
    "2.9.10",
    "2.10.0-beta.2",
    "2.10.0-beta.10",
    "2.10.0-beta.x",
    "2.10.0-rc",
    "2.10.0-rc.1",
    "2.10.0",
    "2.10.27",
    "3.0.0",
  ];
  ascending.forEach((older, i) => {
    assertEquals(compare(older, `v${older}`), 0);
    for (const newer of ascending.slice(i + 1)) {
      assertEquals([older, newer, compare(older, newer)], [older, newer, -1]);
      assertEquals(compare(newer, older), 1);
    }
  });
});

Deno.test("2.10.0 and everything later is supported, unreadable versions are not", () => {
  for (const version of ["2.10.0", "v2.10.27", "2.15.0-dev", "3.0.0"]) assert(isSupported(version));
  for (const version of ["2.9.25", "2.10.0-beta.1", "1.4.1", "", "new"]) {
    assert(!isSupported(version));
  }
});

Deno.test("security advice names the release of the line that has the fixes", () => {
  for (const version of ["2.10.27", "2.11.9", "2.12.11", "2.12.12-RC.1", "1.4.1"]) {
    assert(securityAdvice(version)?.includes("upgrade to 2.12.12"));
  }
  for (const version of ["2.14.0", "2.14.2", "2.13.0"]) {
    assert(securityAdvice(version)?.includes("upgrade to 2.14.3"));
  }
  for (const version of ["2.12.12", "2.12.20", "2.14.3", "2.15.0", "3.0.0", "unknown"]) {
    assertEquals(securityAdvice(version), undefined);
  }
});
