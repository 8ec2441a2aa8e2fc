import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(__dirname, '../..');
const bin = (name: string) => path.join(ROOT, 'node_modules/.bin', name);

/** Builds dist once before the engine tests; the compiler keeps what has not changed. */
export default async function buildPack(): Promise<void> {
	const run = async (command: string, args: string[]) => {
		try {
			await promisify(execFile)(bin(command), args, { cwd: ROOT });
		} catch (thrown) {
			const { stdout, stderr } = thrown as { stdout?: string; stderr?: string };
			throw new Error(`The pack does not build (${command} ${args.join(' ')}):\n${stdout ?? ''}${stderr ?? ''}`);
		}
	};
	await run('gulp', ['clean', '--silent']);
	await run('tsc', ['-p', 'tsconfig.build.json']);
	await run('gulp', ['assets', 'charts', '--silent']);
}
