import { Command, InvalidArgumentError, Option } from 'commander';
import { flagName, isSecret, isSettingName, SETTING_NAMES } from '../config/settings.js';
import { programVersion } from '../system.js';
import type { Flags } from './load.js';
import { operatorCommands } from './operator-commands.js';
import { EXPORT_FORMATS, EXPORTED_READ_MODELS, type ExportedReadModel, type ExportFormat } from './options.js';

/** The commands. Each one's implementation is loaded when it is called, so that the program starts fast. */
export function buildProgram(): Command {
  const program = new Command('hansard')
    .description('A group-chat back end that keeps the record.')
    .version(programVersion(), '-V, --version')
    .showHelpAfterError('Run with --help for what there is.')
    .exitOverride();
  serverCommands(program);
  demoCommand(program);
  tokenCommand(program);
  replayCommand(program);
  exportCommand(program);
  reportCommand(program);
  importCommand(program);
  archiveCommands(program);
  configCommands(program);
  operatorCommands(program, { withMode, withServer, withSettings, flagsOf });
  return program;
}

function serverCommands(program: Command): void {
  withSettings(program.command('dev'))
    .description('run everything on this machine for development: loopback only, tokens as you like, demo data')
    .action(async (options: object) => (await import('./dev.js')).runDev({ flags: flagsOf(options) }));
  withSettings(program.command('serve'))
    .description('run a node in production')
    .action(async (options: object) => (await import('./serve.js')).runServe({ flags: flagsOf(options) }));
}

function demoCommand(program: Command): void {
  withServer(withSettings(withMode(program.command('demo'))))
    .description('bring in the demo rooms; once, however often it is called')
    .action(async (options: ModeOption & { url?: string; token?: string }) => {
      const { runDemo } = await import('./demo.js');
      await runDemo({ ...options, flags: flagsOf(options) });
    });
}

interface ModeOption {
  readonly mode: 'development' | 'production';
}

function tokenCommand(program: Command): void {
  interface Options extends ModeOption {
    sub: string;
    name?: string;
    email?: string;
    group: string[];
    role: string[];
    external?: true;
    expires: string;
  }
  withSettings(withMode(program.command('token')))
    .description('make a token, signed by the key of this deployment')
    .requiredOption('--sub <id>', 'id of the user')
    .option('--name <name>', 'display name; the id without it')
    .option('--email <address>', 'e-mail address')
    .option('--group <id>', 'a group the user is in; may be repeated', collect, [])
    .option('--role <role>', 'admin, compliance, analyst or operator; may be repeated', collect, [])
    .option('--external', 'not one of the own organisation')
    .option('--expires <duration>', 'how long it is valid', '12h')
    .action(async (options: Options) => {
      const { makeToken } = await import('./token.js');
      await makeToken({ ...options, external: options.external === true, flags: flagsOf(options) });
    });
}

function replayCommand(program: Command): void {
  interface Options extends ModeOption {
    url?: string;
    token?: string;
    after?: string;
    limit?: number;
    types?: string;
    streams?: string;
    room?: string;
    since?: string;
    until?: string;
    follow?: true;
    backward?: true;
  }
  withSelection(withServer(withSettings(withMode(program.command('replay')))))
    .description('print the log, or a part of it, as NDJSON')
    .option('--after <cursor>', 'go on after this `sequence`')
    .option('--limit <number>', 'at most so many events', wholeNumber)
    .option('--follow', 'go on with what is written from now on')
    .option('--backward', 'one stream (--streams), the last event first')
    .action(async (options: Options) => {
      const { runReplay } = await import('./replay.js');
      const { follow = false, backward = false } = options;
      await runReplay({ ...options, follow, backward, flags: flagsOf(options) });
    });
}

function exportCommand(program: Command): void {
  interface Options extends ModeOption {
    format: ExportFormat;
    out: string;
    readModel?: ExportedReadModel;
    types?: string;
    streams?: string;
    room?: string;
    since?: string;
    until?: string;
    escapeFormulas?: true;
    json?: true;
  }
  withSelection(withSettings(withMode(program.command('export'))))
    .description('write the log, or a read model, as files for other tools, by UTC day')
    .addOption(new Option('--format <format>', 'of the files').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--out <folder>', 'where they go; run again to go on there')
    .addOption(new Option('--read-model <name>', 'this one instead of the events').choices(EXPORTED_READ_MODELS))
    .option('--escape-formulas', "csv: put ' before what a spreadsheet would run")
    .option('--json', 'print what was done as JSON')
    .action(async (options: Options) => {
      const { runExport } = await import('./export/command.js');
      const { escapeFormulas = false, json = false } = options;
      await runExport({ ...options, escapeFormulas, json, flags: flagsOf(options) });
    });
}

function reportCommand(program: Command): void {
  interface Options extends ModeOption {
    url?: string;
    token?: string;
    since?: string;
    until?: string;
    limit?: number;
    json?: true;
    csv?: true;
  }
  withServer(withSettings(withMode(program.command('report'))))
    .description('who uses what: rooms, users (the most active first) or days')
    .argument('<name>', 'rooms, users or days')
    .option('--since <day>', 'days: from this UTC day on')
    .option('--until <day>', 'days: before this UTC day')
    .option('--limit <number>', 'at most so many rows', wholeNumber)
    .addOption(new Option('--json', 'print a line of JSON for each row').conflicts('csv'))
    .option('--csv', 'print CSV')
    .action(async (name: string, { json, csv, ...options }: Options) => {
      const { runReport } = await import('./report.js');
      await runReport({ ...options, name, as: json ? 'json' : csv ? 'csv' : 'table', flags: flagsOf(options) });
    });
}

function importCommand(program: Command): void {
  interface Options extends ModeOption {
    url?: string;
    token?: string;
    signKey?: string;
    room?: string;
    date?: string;
    utcOffset: string;
    category: string;
    userPrefix: string;
    dryRun?: true;
    json?: true;
  }
  const imports = program.command('import').description('bring in what was said elsewhere');
  withServer(withSettings(withMode(imports.command('irc'))))
    .description('import IRC logs: users, rooms, joins and posts, through the same commands as any client')
    .argument('<files...>', 'logs, read in the order given')
    .option('--sign-key <file>', 'signs a token for each nick, where --url is no development server')
    .option('--room <name>', 'room of lines that name none')
    .option('--date <day>', 'day of the first line of each file that has no date, e.g. 2018-05-29')
    .option('--utc-offset <offset>', 'zone of times that name none, e.g. +02:00', '+00:00')
    .option('--category <name>', 'category of the rooms', 'Imported')
    .option('--user-prefix <text>', 'put before each nick to make the user id, e.g. irc-', '')
    .option('--dry-run', 'read everything, send nothing')
    .option('--json', 'print the report as JSON')
    .action(async (files: string[], options: Options) => {
      const { importIrcCommand } = await import('./import/command.js');
      const flags = flagsOf(options);
      await importIrcCommand({
        ...options,
        files,
        flags,
        dryRun: options.dryRun === true,
        json: options.json === true,
      });
    });
}

function archiveCommands(program: Command): void {
  const archive = program.command('archive').description('look after the archive');
  withSettings(withMode(archive.command('verify')))
    .description('prove that archive windows are whole, without a server')
    .argument('[folder]', 'a window, the folder of an adapter, or an archive root')
    .option('--against-log', 'compare with the log too')
    .option('--json', 'print the findings as JSON')
    .action(async (folder: string | undefined, options: ModeOption & { againstLog?: true; json?: true }) => {
      const { archiveVerify } = await import('./archive.js');
      const { mode, againstLog = false, json = false } = options;
      await archiveVerify({ mode, folder, againstLog, json, flags: flagsOf(options) });
    });
  withSettings(withMode(archive.command('list')))
    .description('list windows')
    .option('--adapter <name>', 'of this adapter only')
    .option('--json', 'print them as JSON')
    .action(async (options: ModeOption & { adapter?: string; json?: true }) => {
      const { archiveList } = await import('./archive.js');
      await archiveList({ ...options, json: options.json === true, flags: flagsOf(options) });
    });
  withServer(withSettings(withMode(archive.command('cut'))))
    .description('close the open window now')
    .argument('<adapter>', 'e.g. xml')
    .option('--json', 'print the window as JSON')
    .action(async (adapter: string, options: ModeOption & { url?: string; token?: string; json?: true }) => {
      const { archiveCut } = await import('./archive.js');
      await archiveCut({ ...options, adapter, json: options.json === true, flags: flagsOf(options) });
    });
}

function configCommands(program: Command): void {
  const config = program.command('config').description('look at the configuration');
  withSettings(withMode(config.command('print')))
    .description('print each setting and where it came from; secrets are masked')
    .option('--json', 'print it as JSON')
    .action(async (options: ModeOption & { json?: true }) => {
      const { printConfig } = await import('./config.js');
      printConfig({ mode: options.mode, flags: flagsOf(options), json: options.json === true });
    });
  withSettings(withMode(config.command('check')))
    .description('say what is wrong with the configuration')
    .option('--json', 'print the findings as JSON')
    .action(async (options: ModeOption & { json?: true }) => {
      const { checkConfig } = await import('./config.js');
      checkConfig({ mode: options.mode, flags: flagsOf(options), json: options.json === true });
    });
}

function withMode(command: Command): Command {
  const mode = new Option('--mode <mode>', 'whose defaults and rules').choices(['development', 'production']);
  return command.addOption(mode.default('development'));
}

function withServer(command: Command): Command {
  return command
    .option('--url <address>', 'of a running server')
    .option('--token <token>', 'bearer token for that server');
}

/** Which events. */
function withSelection(command: Command): Command {
  return command
    .option('--types <list>', 'only these types, e.g. MessagePosted,MessageEdited')
    .option('--streams <list>', 'only these streams, e.g. transcript-*')
    .option('--room <id or name>', 'only what happens in this room')
    .option('--since <time>', 'from this UTC day or RFC 3339 time on')
    .option('--until <time>', 'before this UTC day or RFC 3339 time');
}

/** Every setting that is no secret, as a flag. They are many, so help names them in one place: `config print`. */
function withSettings(command: Command): Command {
  command.option('--config <file>', 'configuration file (JSON)');
  for (const name of SETTING_NAMES) {
    if (isSecret(name)) continue;
    const option = new Option(`${flagName(name)} <value>`);
    command.addOption(option.hideHelp());
  }
  return command.addHelpText(
    'after',
    '\nEvery setting that `hansard config print` lists is an option too: HANSARD_ARCHIVE_INTERVAL is --archive-interval.',
  );
}

/** The settings among a command's options. */
function flagsOf(options: object): Flags {
  const settings = Object.entries(options).filter(([name]) => name === 'config' || isSettingName(name));
  return Object.fromEntries(settings.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function wholeNumber(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}
