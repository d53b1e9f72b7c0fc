// A receiver of DevRev's events that needs nothing but Node.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const limit = 1 << 20;
const minutes = 60 * 1000;

// receiver returns a server that knows a webhook's secret. With reserialize it
// signs what it has parsed and written again, in place of what was sent.
export function receiver(secret, { reserialize = false } = {}) {
  const key = Buffer.from(secret, "base64");
  const seen = new Set();

  const authentic = (body, signature) => {
    const signed = reserialize ? JSON.stringify(JSON.parse(body)) : body;
    const want = createHmac("sha256", key).update(signed).digest();
    const given = Buffer.from(signature ?? "", "base64");
    return given.length === want.length && timingSafeEqual(given, want) && given.toString("base64") === signature;
  };

  const answer = (request, body) => {
    if (!authentic(body, request.headers["x-devrev-signature"])) return [401];
    let event;
    try {
      event = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
    } catch {
      return [400];
    }
    if (event === null || typeof event !== "object" || typeof event.timestamp !== "string") return [400];
    const age = Date.now() - Date.parse(event.timestamp);
    if (!(Math.abs(age) <= 5 * minutes)) return [400];
    if (event.type === "verify") {
      const challenge = event.verify?.challenge;
      return typeof challenge === "string" ? [200, { challenge }] : [400];
    }
    seen.add(event.id);
    return [200];
  };

  return createServer((request, response) => {
    const end = (status, body) => {
      response.writeHead(status, body && { "Content-Type": "application/json" });
      response.end(body && JSON.stringify(body));
    };
    if (request.method !== "POST") return end(405);
    const chunks = [];
    let length = 0;
    request.on("data", (chunk) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
    });
    request.on("end", () => {
      if (length > limit) return end(413);
      try {
        end(...answer(request, Buffer.concat(chunks)));
      } catch {
        end(500);
      }
    });
  });
}
