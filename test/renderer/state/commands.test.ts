import { describe, expect, test } from 'vitest';
import { Commands, type Command } from '../../../src/renderer/state/commands.svelte.ts';
import { normalKey, pressedKey, shownKey } from '../../../src/renderer/state/keys.ts';

function commands(chosen: Record<string, string> = {}) {
  const ran: string[] = [];
  const command = (id: string, key: string, more: Partial<Command> = {}): Command => ({
    id,
    title: id,
    group: 'View',
    key,
    heard: 'page',
    run: () => ran.push(id),
    ...more,
  });
  const registry = new Commands(
    [
      command('palette', 'Mod-Shift-p', { also: 'Mod-k' }),
      command('settings', 'Mod-,'),
      command('close', 'Mod-Alt-w', { when: () => false }),
      command('continue', 'Mod-Enter', { heard: 'editor' }),
    ],
    () => chosen,
    'linux',
  );
  return { registry, ran };
}

const press = (key: string, code: string, modifiers: Partial<KeyboardEvent> = {}) => ({
  key,
  code,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  ...modifiers,
});

describe('commands', () => {
  test('are run by their key, and by their second one', () => {
    const { registry, ran } = commands();
    expect(registry.press('Mod-Shift-p')).toBe(true);
    expect(registry.press('Mod-k')).toBe(true);
    expect(ran).toEqual(['palette', 'palette']);
  });

  test('have the key the writer chose', () => {
    const { registry, ran } = commands({ settings: 'Alt-s' });
    expect(registry.press('Mod-,')).toBe(false);
    expect(registry.press('Alt-s')).toBe(true);
    expect(ran).toEqual(['settings']);
  });

  test('can be left without a key', () => {
    const { registry } = commands({ settings: '' });
    expect(registry.keyOf('settings')).toBe('');
    expect(registry.conflicts).toEqual([]);
  });

  test('leave a key alone that the editor hears', () => {
    const { registry, ran } = commands();
    expect(registry.press('Mod-Enter')).toBe(false);
    expect(ran).toEqual([]);
  });

  test('do nothing where there is nothing to do', () => {
    const { registry, ran } = commands();
    expect(registry.press('Mod-Alt-w')).toBe(false);
    expect(ran).toEqual([]);
  });

  test('name those that share a key, also between page and editor', () => {
    const { registry } = commands({ settings: 'Ctrl-Enter' });
    expect(
      registry.conflicts.map(({ key, commands: all }) => [key, all.map(({ id }) => id)]),
    ).toEqual([['Mod-Enter', ['settings', 'continue']]]);
  });

  test('refuse an id that is not there', () => {
    expect(() => commands().registry.run('fly')).toThrow('There is no command "fly".');
  });
});

describe('keys', () => {
  test('are the same however they are spelt', () => {
    expect(normalKey('Shift-Ctrl-P', 'linux')).toBe('Mod-Shift-p');
    expect(normalKey('Cmd-p', 'mac')).toBe('Mod-p');
    expect(normalKey('Ctrl-p', 'mac')).toBe('Ctrl-p');
    expect(normalKey('Mod--', 'linux')).toBe('Mod--');
  });

  test('are told from the letter on the key, not from the one that comes out', () => {
    expect(pressedKey(press('π', 'KeyP', { altKey: true }), 'mac')).toBe('Alt-p');
    expect(pressedKey(press('“', 'BracketLeft', { altKey: true }), 'mac')).toBe('Alt-[');
    expect(pressedKey(press('P', 'KeyP', { ctrlKey: true, shiftKey: true }), 'linux')).toBe(
      'Mod-Shift-p',
    );
    expect(pressedKey(press('Shift', 'ShiftLeft', { shiftKey: true }), 'linux')).toBeNull();
  });

  test('are shown as the system writes them', () => {
    expect(shownKey('Mod-Shift-p', 'linux')).toBe('Ctrl+Shift+P');
    expect(shownKey('Mod-Shift-p', 'mac')).toBe('⇧⌘P');
    expect(shownKey('Mod-ArrowRight', 'windows')).toBe('Ctrl+→');
  });
});
