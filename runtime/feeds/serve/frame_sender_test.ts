import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { readFrames, valueFrame } from "../frame.ts";
import { FrameSender } from "./frame_sender.ts";

const encoder = new TextEncoder();

/** A sender, and the sequences of the frames of each message that it sent. */
function opened(maxPayload = 1 << 20) {
  const messages: (readonly number[])[] = [];
  const sender = new FrameSender((message) => {
    messages.push((readFrames(new TextDecoder().decode(message)) ?? []).map(({ seq }) => seq));
  }, () => maxPayload);
  const add = (from: number, to: number, text = "") => {
    for (let n = from; n <= to; n++) {
      sender.add(encoder.encode(valueFrame(n, JSON.stringify(text), undefined)));
    }
  };
  return { sender, messages, add };
}

function turnOver(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test("the first frame of a turn goes at once, and those behind it together when the turn ends", async () => {
  const { messages, add } = opened();
  for (let turn = 0; turn < 3; turn++) {
    messages.length = 0;
    add(1, 1);
    assertEquals(messages, [[1]]);
    add(2, 5);
    await Promise.resolve();
    assertEquals(messages, [[1]]);
    await turnOver();
    assertEquals(messages, [[1], [2, 3, 4, 5]]);
  }
});

Deno.test("senders do not wait for one another", async () => {
  const [one, two] = [opened(), opened()];
  one.add(1, 2);
  two.add(1, 2);
  assertEquals([one.messages, two.messages], [[[1]], [[1]]]);
  await turnOver();
  assertEquals([one.messages, two.messages], [[[1], [2]], [[1], [2]]]);
});

Deno.test("frames wait for no others when asked to be sent, or when their message would be too large", async () => {
  const { sender, messages, add } = opened();
  add(1, 3);
  sender.flush();
  sender.flush();
  assertEquals(messages, [[1], [2, 3]]);
  const small = opened(120);
  small.add(1, 6, "x".repeat(20));
  assertEquals(small.messages, [[1], [2, 3], [4, 5]]);
  await turnOver();
  assertEquals(small.messages, [[1], [2, 3], [4, 5], [6]]);
});
