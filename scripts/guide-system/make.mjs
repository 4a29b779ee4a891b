// Makes a system as the design guide describes it, with miniflare: D1 with its schema and rows, KV with what its caches hold, R2 with
// files. Then wrangler exports D1, and KV and R2 are written as `cmd/migrate` reads them.
//
//	node make.mjs FOLDER [users lessons rows files]
import { execFileSync } from "node:child_process";
import { createHash, pbkdf2Sync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Miniflare } from "miniflare";

const [folder, ...counts] = process.argv.slice(2);
const [users, lessons, rows, files] = counts.length ? counts.map(Number) : [2000, 50, 40000, 300];
const state = join(folder, ".wrangler/state"); // where wrangler looks, beside its configuration
mkdirSync(state, { recursive: true });
const mf = new Miniflare({
  modules: true, script: "export default { fetch() { return new Response() } }",
  d1Databases: { DB: "guide" }, kvNamespaces: { CACHE: "cache" }, r2Buckets: { BUCKET: "files" },
  d1Persist: join(state, "v3/d1"), kvPersist: join(state, "v3/kv"), r2Persist: join(state, "v3/r2"),
});
const db = await mf.getD1Database("DB");
for (const statement of [
  `CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE NOT NULL, username TEXT NOT NULL, password_hash TEXT NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP)`,
  `CREATE TABLE lessons (id TEXT PRIMARY KEY, title TEXT NOT NULL, track TEXT NOT NULL, difficulty INTEGER DEFAULT 1, content_key TEXT,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP)`,
  `CREATE TABLE progress (user_id TEXT NOT NULL, lesson_id TEXT NOT NULL, completed INTEGER DEFAULT 0, score INTEGER DEFAULT 0,
    completed_at DATETIME, PRIMARY KEY (user_id, lesson_id), FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
    FOREIGN KEY (lesson_id) REFERENCES lessons(id) ON DELETE CASCADE)`,
  `CREATE TABLE likes (post_id TEXT NOT NULL, user_id TEXT NOT NULL, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (post_id, user_id))`,
]) await db.exec(statement.replaceAll(/\s+/g, " "));

// The password of user n is "password of group (n % 20)": 100,000 iterations for each would take minutes.
const hashes = Array.from({ length: 20 }, (_, n) => {
  const salt = createHash("sha256").update("salt" + n).digest().subarray(0, 16);
  return Buffer.concat([salt, pbkdf2Sync("password of group " + n, salt, 100_000, 32, "sha256")]).toString("base64");
});
const id = (kind, n) => {
  const h = createHash("sha256").update(kind + n).digest("hex");
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
};
const at = (n) => new Date(Date.UTC(2024, 0, 1) + n * 7_919_000).toISOString().slice(0, 19).replace("T", " ");
const tracks = ["javascript", "Cloud Basics", "data_modeling"];
const text = (v) => (v === null ? "NULL" : typeof v === "number" ? v : `'${v.replaceAll("'", "''")}'`);
const insert = async (table, rows) => {
  for (let n = 0; n < rows.length; n += 200) {
    await db.prepare(`INSERT INTO ${table} VALUES ` + rows.slice(n, n + 200).map((r) => `(${r.map(text)})`).join()).run();
  }
};
const all = { users: [], lessons: [], progress: [], likes: [] };
for (let n = 0; n < users; n++) {
  const name = n % 7 === 0 ? "O’Brien " + n : n % 11 === 0 ? "it's \"new\" " + n : "Learner " + n;
  all.users.push([id("user", n), `learner${n}@example.org`, name, hashes[n % 20], at(n), at(n)]);
}
for (let n = 0; n < lessons; n++) {
  const key = `lessons/${n}.md`;
  all.lessons.push([`lesson-${n}`, `Lesson ${n}: 'quotes'`, tracks[n % 3], 1 + (n % 5), key, at(n)]);
}
const done = new Set();
for (let n = 0; done.size < rows; n++) {
  const user = n % users, lesson = (Math.floor(n / users) * 7 + user) % lessons;
  if (done.has(user * lessons + lesson)) continue;
  done.add(user * lessons + lesson);
  const completed = n % 9 === 0 ? 0 : 1;
  all.progress.push([id("user", user), `lesson-${lesson}`, completed, completed ? (n * 13) % 101 : 0, completed ? at(users + n % 5000) : null]);
}
for (let n = 0; n < users; n++) all.likes.push([`lesson-${n % lessons}`, id("user", n), at(n)]);
for (const [table, rows] of Object.entries(all)) await insert(table, rows);

const cache = await mf.getKVNamespace("CACHE");
await cache.put("user:" + id("user", 0), JSON.stringify({ username: "Learner" }));
await cache.put("post:lesson-0:likes", String(Math.ceil(users / lessons)));
writeFileSync(join(folder, "kv.json"), JSON.stringify(await Promise.all((await cache.list()).keys.map(async ({ name }) => ({ key: name, value: await cache.get(name) })))));

const bucket = await mf.getR2Bucket("BUCKET");
const png = Uint8Array.from(Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")).buffer;
for (let n = 0; n < lessons; n++) await bucket.put(`lessons/${n}.md`, `# Lesson ${n}\n\nText of lesson ${n}.\n`, { httpMetadata: { contentType: "text/markdown" } });
for (let n = 0; n < files; n++) {
  const name = n % 2 ? "ä file.png" : `photo ${n}.png`;
  await bucket.put(`uploads/${id("file", n)}-${name}`, png, {
    httpMetadata: { contentType: "image/png" },
    customMetadata: { contentType: "image/png", uploadedBy: id("user", n % users), originalName: name, uploadedAt: new Date(Date.UTC(2024, 5, 1) + n * 1000).toISOString() },
  });
}
const lines = [];
for (let cursor; ;) {
  const page = await bucket.list({ cursor, include: ["httpMetadata", "customMetadata"], limit: 100 });
  for (const { key, httpMetadata, customMetadata } of page.objects) {
    const path = join(folder, "r2", key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(await (await bucket.get(key)).arrayBuffer()));
    lines.push(JSON.stringify({ key, httpMetadata, customMetadata }));
  }
  if (!page.truncated) break;
  cursor = page.cursor;
}
writeFileSync(join(folder, "r2.jsonl"), lines.join("\n") + "\n");
await mf.dispose();

writeFileSync(join(folder, "wrangler.json"), JSON.stringify({ name: "guide", compatibility_date: "2025-01-01", d1_databases: [{ binding: "DB", database_name: "guide", database_id: "guide" }] }));
execFileSync("npx", ["wrangler", "d1", "export", "guide", "--local", "--output", join(folder, "database.sql"), "--config", join(folder, "wrangler.json")], { stdio: "ignore", env: { ...process.env, WRANGLER_SEND_METRICS: "false" } });
