import { assert, assertEquals } from "@std/assert";
import { fullFormats } from "ajv-formats/dist/formats.js";
import {
  FORMAT_NAMES,
  hasFormat,
  hasNumberFormat,
  TEXT_FORMATS,
} from "../../contracts/schema/formats.ts";
import { Chance } from "./compatibility/random_schemas.ts";

/** A text is one option of each slot, in turn, and often the first one. */
type Shape = readonly (readonly string[])[];

const DATE: Shape = [
  ["2024", "2023", "2000", "1900", "0000"],
  ["-"],
  ["01", "02", "04", "12", "00", "13"],
  ["-"],
  ["01", "28", "29", "30", "31", "00", "32"],
];
const TIME: Shape = [
  ["00", "12", "22", "23", "24", "25", "99"],
  [":"],
  ["00", "01", "58", "59", "60", "99"],
  [":"],
  ["00", "58", "59", "60", "61"],
  ["", "", ".5", ".", ".99999999999999999999"],
];
const OFFSET: Shape = [
  ["+", "-"],
  ["00", "01", "02", "22", "23", "24"],
  ["", ":"],
  ["", "00", "01", "58", "59", "60"],
];
const ZONES: readonly Shape[] = [[["Z", "z", ""]], OFFSET, OFFSET];
const SEPARATOR: Shape = [["T", "T", "t", " ", "\u00a0", "\u3000", "\n", ""]];
const TIMES = ZONES.map((zone) => [...TIME, ...zone]);
const DATE_TIMES = TIMES.map((time) => [...DATE, ...SEPARATOR, ...time]);

const LABELS = [
  "a",
  "example",
  "A-b",
  "a--b",
  "-a",
  "a-",
  "0",
  "é",
  "a".repeat(63),
  "a".repeat(64),
];
const NAME: Shape = [LABELS, ["", "."], ["", ...LABELS], [
  "",
  ".com",
  ".c0m",
  ".c",
  ".",
  "..",
  ".k-s",
]];
const OCTETS = ["0", "1", "01", "001", "10", "99", "100", "172", "16", "31", "32", "192", "168"]
  .concat("169", "254", "127", "223", "224", "249", "255", "256", "1000", "");
const IPV4: Shape = [OCTETS, ["."], OCTETS, ["."], OCTETS, ["."], OCTETS];
const GROUPS = ["", ":", "1:", "ab:", "FFFF:", "0:0:", "1:2:3:"];
const IPV6: Shape = [GROUPS, GROUPS, ["", "::", ":"], GROUPS, GROUPS, [
  "",
  "1",
  "12345",
  "1.2.3.4",
  "::",
]];
const IPV6_WITH_IPV4: Shape = [["::", "1::", "1:2:3:4:5:6:", "::1:"], ...IPV4];

const AUTHORITY: Shape = [
  ["", "/", "//", "//"],
  ["", "", "u@", "u:p@", "%40@", '"@', "@", "u@v@"],
  [
    "",
    "h",
    "example.com",
    "1.2.3.4",
    "[::1]",
    "[1::2.3.4.005]",
    "[1.2.3.4]",
    "[v1.a:b]",
    '"',
    "[::",
    "%zz",
  ],
  ["", "", ":", ":80", ":8x"],
];
const PATH: Shape = [
  ["", "/", "a", "/a", "//", "a:b", "/a:b@c", '"', "/é", "%2F", "/%2", "[", "!$&'()*+,;="],
  ["", "/", "/b", "//b"],
  ["", "?", "?a=/?b", '?"', "?é"],
  ["", "#", "#a?/", '#"', "##"],
];
const SCHEMES = ["http:", "urn:", "A1+.-:", "1:", ":", ""];
const URIS: readonly Shape[] = [[SCHEMES, ...AUTHORITY, ...PATH], [SCHEMES, ...PATH]];
const WEB: Shape = [
  ["http://", "https://", "FTP://", "http\u017f://", "ws://", "http:/"],
  ["", "", "a@", "a:b@", "@", "@@", "a@b.cd/@", "a b@", "a@b.cd/\u3000@", "é:@:@"],
];
const PORT_AND_PATH: Shape = [["", ":80", ":8", ":123456"], [
  "",
  "/",
  "/a@b.cd",
  "/ ",
  "/\u3000",
  "?a",
  "/@",
]];
const WEB_NAMES = ["example", "a-b", "a--b", "é", "\u3000", "K", "😀", "a.b", "-", "1"];
const URLS: readonly Shape[] = [
  [
    ...WEB,
    WEB_NAMES,
    ["", "."],
    ["com", "cé", "c", "\u3000\u3000", "c1", "", "\ud800\ud800"],
    ...PORT_AND_PATH,
  ],
  [...WEB, ...IPV4, ...PORT_AND_PATH],
];
const VARIABLES = [
  "a",
  "A_1",
  "%41",
  "a.b",
  "é",
  "",
  "a:3",
  "a:0",
  "a:9999",
  "a:10000",
  "a*",
  "a:3*",
];
const POINTERS = [
  "",
  "/",
  "/a",
  "/~0~1",
  "/~",
  "/~2",
  "/\n",
  "/é",
  "//",
  "/%41",
  "/%4",
  "/a:@",
  '/"',
  "a",
];
const BASE64 = ["", "YQ==", "YWI=", "+/9a", "YQ", "Y===", "====", "\n", "\r", "\u2028", " ", "Y"];

/** Texts that have each format, or nearly so. */
const SHAPES: Readonly<Record<string, readonly Shape[]>> = {
  date: [DATE],
  time: TIMES,
  "iso-time": TIMES,
  "date-time": DATE_TIMES,
  "iso-date-time": DATE_TIMES,
  duration: [
    ["P", "p", ""],
    ["", "1Y", "12Y"],
    ["", "1M"],
    ["", "1D", "D", "1.5D"],
    ["", "T", "1W", "2WT"],
    ["", "1H"],
    ["", "1M", "1Y"],
    ["", "01S", "S", "1h"],
  ].reduce<Shape[]>(([shape = []], slot) => [[...shape, slot]], [[]]),
  uri: URIS,
  "uri-reference": URIS,
  "uri-template": [[
    ["", "a", "%41", "%4", '"', "é", "😀", "\n", "'", "~!"],
    ["{", "{", "", "{+", "{|", "{-", "{{"],
    VARIABLES,
    ["", ","],
    VARIABLES,
    ["}", "}", "", "}}", "}{a}"],
  ]],
  url: URLS,
  email: [[
    ["a", "a.b", "!#$%&'*+/=?^_`{|}~-", ".a", "a.", '"a"', "é", ""],
    ["@", "@", "@@", ""],
    ...NAME,
  ]],
  hostname: [NAME, [["a.", "b-c."], ["", `${"a".repeat(61)}.`.repeat(4)], [
    "a",
    "ab",
    "abc",
    "abcd",
  ], ["", ".", "b"]]],
  ipv4: [IPV4],
  ipv6: [IPV6, IPV6_WITH_IPV4],
  regex: [[["", "a", "(", "[", "\\Z", "a\\Z", "\\\\Z"], ["", "+", "**", "{1}", "(?<a>b)"], [
    "",
    ")",
    "]",
    "\\p{x",
  ]]],
  uuid: [[
    ["", "urn:uuid:", "URN:UUID:", "urn:"],
    ["0123abCD", "0123abcg"],
    ["-1234-1234", "-123"],
    ["-1234-"],
    [
      "0123456789ab",
      "0123456789a",
    ],
  ]],
  "json-pointer": [[POINTERS, POINTERS, POINTERS]],
  "json-pointer-uri-fragment": [[["#", "#", "", "##"], POINTERS, POINTERS]],
  "relative-json-pointer": [[
    ["0", "1", "10", "01", "", "-1"],
    ["", "#", "+1"],
    POINTERS,
    POINTERS,
  ]],
  byte: [[BASE64, BASE64, BASE64, BASE64]],
};

/** What texts are broken with. */
const STRAY = [
  ..." \t\n\r\0\"%{}[]()\\^`|<>~/?#@:.,;=+-_*!$&'0159aAzZgGtTxPé",
  "ſ",
  "K",
  "\u00a0",
  "\ufeff",
]
  .concat("😀", "\ud800", "\udc00", "\u0130", "\u2028", "::", "//", "%41", "00", "");

function textOf(shape: Shape, chance: Chance): string {
  let text = shape.map((options) => chance.is(40) ? options[0] : chance.of(options)).join("");
  for (let edits = chance.of([0, 0, 0, 0, 1, 1, 2, 3]); edits > 0; edits--) {
    const at = chance.below(text.length + 1);
    text = text.slice(0, at) + chance.of(STRAY) + text.slice(at + chance.below(3));
  }
  return text;
}

/** What the library says of a value; its types leave open which of its forms a format has. */
function isInLibrary(format: string, value: string | number): boolean {
  const definition: unknown = Object.entries(fullFormats).find(([name]) => name === format)?.[1];
  const test: unknown =
    typeof definition === "object" && definition !== null && "validate" in definition
      ? definition.validate
      : definition;
  if (test instanceof RegExp) return test.test(String(value));
  return typeof test === "function"
    ? Reflect.apply(test, undefined, [value]) === true
    : test === true;
}

const RUNS = 4000;

Deno.test("a text has a format exactly when the library says so that checked what is stored", () => {
  const chance = new Chance(20);
  for (const [format, shapes] of Object.entries(SHAPES)) {
    let count = 0;
    for (let run = 0; run < RUNS; run++) {
      const text = textOf(chance.of(shapes), chance);
      const fits = isInLibrary(format, text);
      assertEquals(hasFormat(format, text), fits, `${format} ${JSON.stringify(text)}`);
      if (fits) count++;
    }
    // Both answers were asked for.
    assert(count > RUNS / 100 && count < RUNS * 0.98, `${format} ${count}`);
  }
});

Deno.test("there are the formats of that library, and numbers have them as it says", () => {
  assertEquals([...FORMAT_NAMES].sort(), Object.keys(fullFormats).sort());
  assertEquals(Object.keys(SHAPES).sort(), [...TEXT_FORMATS.keys()].sort());
  const numbers = [
    0,
    -0,
    1.5,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53,
    1e300,
    NaN,
  ];
  for (const format of FORMAT_NAMES) {
    if (TEXT_FORMATS.has(format)) continue;
    for (const value of numbers) {
      assertEquals(
        hasNumberFormat(format, value),
        isInLibrary(format, value),
        `${format} ${value}`,
      );
    }
  }
});
