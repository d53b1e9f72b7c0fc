// The reports that record writes as JUnit XML, against the XML Schema that is
// published for it: the goldens of every command in every situation, and copies that
// are spoilt.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { validateXML } from "xmllint-wasm";

const testdata = new URL("../../cmd/record/testdata/", import.meta.url);
const schema = readFileSync(new URL("junit-4.xsd", testdata), "utf8");
const reports = readdirSync(new URL("junit/", testdata)).map((name) => ({
  name,
  contents: readFileSync(new URL("junit/" + name, testdata), "utf8"),
}));

const judge = ({ name, contents }) => validateXML({ xml: [{ fileName: name, contents }], schema: [schema] });

test("there is a report of each command in each situation", () => {
  const commands = new Set(reports.map(({ name }) => name.split("-")[0]));
  assert.deepEqual([...commands].sort(), ["check", "diff", "lint"]);
  assert.ok(reports.length >= 11, `${reports.length} reports`);
});

for (const report of reports) {
  test(report.name, async () => {
    const { valid, errors } = await judge(report);
    assert.ok(valid, JSON.stringify(errors, null, 2));
  });
}

const spoils = {
  "an attribute that there is not": [/<testcase name=/, '<testcase file="a" name='],
  "an element that there is not": ["<failure ", "<finding></finding><failure "],
  "a testcase without a name": [/<testcase name="[^"]*"/, "<testcase"],
  "a suite without its tests": [/ tests="\d+" failures="\d+" errors="\d+" skipped/, " skipped"],
  "failures before errors": ["</testcase>", '<error message="late"></error></testcase>'],
  "half a document": [/<\/testsuite>[^]*/, ""],
};
for (const [what, [old, bad]] of Object.entries(spoils)) {
  test(`refused: ${what}`, async () => {
    const { name, contents } = reports.find(({ name }) => name === "check-findings.xml");
    const spoilt = contents.replace(old, bad);
    assert.notEqual(spoilt, contents);
    assert.equal((await judge({ name, contents: spoilt })).valid, false);
  });
}
