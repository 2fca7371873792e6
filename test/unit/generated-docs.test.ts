import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generatedPages } from '../../src/docs/pages.ts';
import { projectRoot } from '../../src/project.ts';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

test.each(Object.entries(generatedPages()))('%s is what its source says: else run make docs', (path, text) => {
  expect(read(path)).toBe(text);
});

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(projectRoot, 'docs')).map((name) => `docs/${name}`),
]
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: read(path) }));

describe.each(pages)('$path', ({ path, text }) => {
  test('its links lead to files and headings that are there', () => {
    const prose = text.replace(/(`+)[\s\S]*?\1/g, '');
    const broken = [...prose.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(
      ([whole, file = '', heading]) => {
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(projectRoot, target))) return [whole];
        const anchors = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
          title
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, '')
            .replaceAll(' ', '-'),
        );
        return heading === undefined || anchors.includes(heading) ? [] : [whole];
      },
    );
    expect(broken).toEqual([]);
  });

  test('its tables have rows', () => {
    expect([...text.matchAll(/^\|[ |:-]+\|\n(?!\|).*/gm)].map(([found]) => found)).toEqual([]);
  });

  test('the make targets and commands that it names are there', () => {
    const targets = [...read('Makefile').matchAll(/^([a-z]+):/gm)].map(([, name]) => name);
    const commands = readdirSync(join(projectRoot, 'src/cli/commands')).map((name) => name.replace('.ts', ''));
    const named = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);
    // Only what stands as code: "make sure" in a sentence is no target.
    expect(named(/(?:`|^|sudo )make ([a-z]+)/gm).filter((name) => !targets.includes(name))).toEqual([]);
    expect(named(/pg-ai ([a-z]+)/g).filter((name) => !commands.includes(name ?? ''))).toEqual([]);
  });
});
