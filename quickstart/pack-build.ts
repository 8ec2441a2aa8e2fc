import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { buildProblem } from './build-problem';
import { run } from './child-process';
import { npmCommand } from './npm-command';

/** Builds the pack with its own `npm run build`. */
export async function buildPack(options: { root: string; cacheRoot: string; signal: AbortSignal }): Promise<void> {
	const { root, cacheRoot, signal } = options;
	await mkdir(cacheRoot, { recursive: true });
	const logFile = join(cacheRoot, 'build.log');
	const log = createWriteStream(logFile);
	try {
		const { command, first } = npmCommand();
		const result = await run(command, [...first, 'run', 'build'], { cwd: root, log, signal });
		if (result.code !== 0) throw buildProblem(result.error?.message ?? result.output, logFile);
	} finally {
		log.end();
	}
}
