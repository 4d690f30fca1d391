/** What `npm pack` makes is what a project that installs it can use. */

// @vitest-environment node
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const WEB = path.resolve(import.meta.dirname, '../..');
const TSC = path.join(WEB, 'node_modules/@typescript/native/bin/tsc');

const CONSUMER = `
import { chat, loadChat, type Chat, type Events } from '@uwallet/chat';
const loaded: Chat = loadChat({ gateway: 'https://chat.example.com', site: 'KEY', theme: 'dark' });
const stop: () => void = chat.on('message', ({ id, text }: Events['message']) => loaded.send(text + String(id)));
chat.on('unread', (count) => count.toFixed());
loaded.setUser(12345, 'hash');
stop();
`;
const MISTAKES = [
  `loadChat({ site: 'KEY' })`,
  `chat.on('nope', () => undefined)`,
  `chat.setUser('alice')`,
  `chat.setSettings({ position: 'top' })`,
];

let project = '';

beforeAll(() => {
  project = mkdtempSync(path.join(tmpdir(), 'uwallet-chat-'));
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: path.join(WEB, 'sdk'),
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const installed = path.join(project, 'node_modules/@uwallet/chat');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', path.join(project, filename), '-C', installed, '--strip-components=1']);
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ type: 'module' }));
}, 30_000);

afterAll(() => rmSync(project, { recursive: true }));

/** Checks a module's types as a strict project would; returns what the compiler says. */
function check(source: string, module: string): string {
  const file = path.join(project, 'consumer.ts');
  writeFileSync(file, source);
  const options = ['--noEmit', '--strict', '--lib', 'es2022,dom', '--types', '', '--target', 'es2022'];
  try {
    execFileSync(process.execPath, [TSC, ...options, '--module', module, file], { cwd: project, encoding: 'utf8' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

it.each(['nodenext', 'preserve'])('gives its types to a project with modules %s', (module) => {
  expect(check(CONSUMER, module)).toBe('');
});

it('names mistakes of a page', () => {
  const lines = MISTAKES.join(';\n');
  const told = check(`import { chat, loadChat } from '@uwallet/chat';\n${lines};`, 'nodenext');
  const places = [...told.matchAll(/consumer\.ts\((\d+),/g)].map(([, line]) => Number(line));
  expect([...new Set(places)]).toEqual(MISTAKES.map((_, index) => index + 2));
});

it('runs without a browser until something is called, as on a server', () => {
  writeFileSync(
    path.join(project, 'server.js'),
    `import { chat } from '@uwallet/chat'; console.log(typeof chat.open);`,
  );
  const said = execFileSync(process.execPath, ['server.js'], { cwd: project, encoding: 'utf8' });
  expect(said.trim()).toBe('function');
});
