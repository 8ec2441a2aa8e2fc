/** How to call npm: the one that started us, on the Node that runs us; else the one on the PATH. */
export function npmCommand(
	env: Record<string, string | undefined> = process.env,
	node: string = process.execPath,
	platform: string = process.platform,
): { command: string; first: string[] } {
	const script = env.npm_execpath;
	if (script && /npm-cli\.c?js$/.test(script)) return { command: node, first: [script] };
	return { command: platform === 'win32' ? 'npm.cmd' : 'npm', first: [] };
}

/** Retries soon: a machine without a network should hear so within seconds, not after npm's usual minute. */
export const NETWORK_OPTIONS = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=8000'];
