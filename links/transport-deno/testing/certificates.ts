import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { der, derOfPem, derOid, derText, derTime, pemOfDer } from "./der.ts";

/** A certificate and its key as PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const ECDSA_SHA256 = der(0x30, derOid("1.2.840.10045.4.3.2"));
const DAY_MS = 24 * 60 * 60 * 1000;

/** A certificate authority made for one test. */
export class CertificateAuthority {
  readonly #name: Uint8Array;
  readonly #own: Certificate;

  constructor(name: string) {
    this.#name = commonName(name);
    this.#own = issue(this.#name, this.#name, [
      extension("2.5.29.19", der(0x30, der(0x01, Uint8Array.of(0xff)))),
    ]);
  }

  /** The certificate to trust. */
  get cert(): string {
    return this.#own.cert;
  }

  /** A certificate for a server or client on the loopback: `localhost` and 127.0.0.1. */
  issue(name: string): Certificate {
    const names = der(0x30, derText("localhost", 0x82), der(0x87, Uint8Array.of(127, 0, 0, 1)));
    const constraints = extension("2.5.29.19", der(0x30));
    const usage = extension(
      "2.5.29.37",
      der(0x30, derOid("1.3.6.1.5.5.7.3.1"), derOid("1.3.6.1.5.5.7.3.2")),
    );
    const extensions = [constraints, usage, extension("2.5.29.17", names)];
    return issue(commonName(name), this.#name, extensions, this.#own.key);
  }
}

/** Signs with `issuerKey`, or with the new key itself where there is none. */
function issue(
  subject: Uint8Array,
  issuer: Uint8Array,
  extensions: Uint8Array[],
  issuerKey?: string,
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const now = Date.now();
  const serial = randomBytes(8);
  // A positive number without a leading zero, as DER wants it.
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const body = der(
    0x30,
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, serial),
    ECDSA_SHA256,
    issuer,
    der(0x30, derTime(new Date(now - DAY_MS)), derTime(new Date(now + DAY_MS))),
    subject,
    derOfPem(publicKey),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = sign("sha256", body, issuerKey ?? privateKey);
  const whole = der(0x30, body, ECDSA_SHA256, der(0x03, Uint8Array.of(0), signature));
  return { cert: pemOfDer("CERTIFICATE", whole), key: privateKey };
}

function commonName(name: string): Uint8Array {
  return der(0x30, der(0x31, der(0x30, derOid("2.5.4.3"), derText(name))));
}

function extension(oid: string, value: Uint8Array): Uint8Array {
  return der(0x30, derOid(oid), der(0x04, value));
}
