import { join } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../corpus/write-whole.js';
import { reportPage } from '../dashboard/report.js';
import { readFolder } from '../fuzz/read-folder.js';
import { EXIT } from './exit-codes.js';
import { addCommonFlags, type CommonFlags } from './flags.js';
import { printJson, say } from './output.js';

interface ReportFlags extends CommonFlags {
  readonly output?: string;
}

export function addReport(program: Command, setExit: (code: number) => void): void {
  const command = program
    .command('report')
    .description(
      "a campaign's folder as one HTML file: findings with timelines, throughput, coverage, strategies",
    )
    .argument('<dir>', 'the folder of a campaign (fuzz --out)')
    .option('-o, --output <file>', 'where to write it (default: report.html in the folder)');
  addCommonFlags(command).action(async (dir: string, flags: ReportFlags) => {
    const file = flags.output ?? join(dir, 'report.html');
    const folder = await readFolder(dir);
    await writeWhole(file, await reportPage(folder));
    const { campaigns, findings, left } = folder;
    if (flags.json) {
      printJson({ format: 1, file, campaigns: campaigns.length, findings: findings.length, left });
    } else {
      for (const name of left)
        process.stderr.write(`${join(dir, name)}: left out: not whole, or not of this version\n`);
      say(`${file}: ${counted(campaigns.length, 'campaign')}, ${counted(findings.length, 'finding')}`, flags);
    }
    setExit(EXIT.clean);
  });
}

function counted(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
