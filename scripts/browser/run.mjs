// Opens page.html in a headless Chromium, on an origin that is neither the API's nor S3's, and uploads from there: one picture that must be
// shown and files that S3 or the API must refuse, with the reason on the page. It writes a screenshot. Usage, with the local cloud up:
//
//   FORM_SECONDS=<UploadFormSeconds of the stand> node run.mjs <API URL> <port of the page> <screenshot>
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const [api, port, screenshot] = process.argv.slice(2);
const password = 'correct horse battery';
const post = async (path, body) => {
  const answer = await fetch(api + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).data;
};
const html = await readFile(new URL('page.html', import.meta.url));
const server = createServer((_, res) => res.setHeader('Content-Type', 'text/html').end(html)).listen(Number(port), 'localhost');
const { accessToken } = await post('/api/auth/register', { email: `browser${Date.now()}@example.org`, username: 'Browser', password });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
let failed = 0;
try {
  const page = await browser.newPage({ viewport: { width: 1100, height: 640 } });
  page.on('pageerror', error => { failed++; console.log('page:', error.message); });
  await page.goto(`http://localhost:${port}/`);
  await page.evaluate(([api, token]) => Object.assign(window, { api, token }), [api, accessToken]);
  const cases = [
    ['a picture', 'upload(about, {})', /^shown 120$/],
    ['one byte more than was said', 'upload(about, {content: new Blob([await picture(120), "x"]), say: {size: (await picture(120)).size}})', /^S3 refuses with 400 EntityTooLarge/],
    ['a page called a picture', 'upload(about, {content: new Blob(["<html><script>alert(1)<\/script>"])})', /^the API refuses with 415 upload.type_unsupported/],
    ['another type in the form', 'upload(about, {change: f => f["Content-Type"] = "text/html"})', /^S3 refuses with 403 AccessDenied/],
    ['a type nobody takes', 'upload(about, {say: {contentType: "image/svg+xml"}})', /^the API refuses with 400 request.invalid/],
    ['a changed key', 'upload(about, {change: f => f.key = "files/" + f.key.split("/")[2]})', /^S3 refuses with 403 AccessDenied/],
    ['a changed policy', 'upload(about, {change: f => f.policy = btoa(atob(f.policy).replace("2", "3"))})', /^S3 refuses with 40[03] /],
  ];
  if (process.env.FORM_SECONDS) {
    cases.push([`after the ${process.env.FORM_SECONDS} seconds that the form works`, `upload(about, {later: ${(Number(process.env.FORM_SECONDS) + 2) * 1000}})`, /^S3 refuses with 403 AccessDenied.*expired/]);
  }
  for (const [about, script, want] of cases) {
    const got = await page.evaluate(`(async about => ${script})(${JSON.stringify(about)})`);
    const ok = want.test(got);
    if (!ok) failed++;
    console.log(ok ? 'ok  ' : 'FAIL', about, '->', got);
  }
  await page.screenshot({ path: screenshot });
} finally {
  await browser.close();
  server.close();
}
process.exit(failed ? 1 : 0);
