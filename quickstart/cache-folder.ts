import { homedir } from 'node:os';
import { isAbsolute, posix, win32 } from 'node:path';

/**
 * Where downloads are kept between starts: `$XDG_CACHE_HOME` wherever it is set, else the system's usual place.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ (a relative path is to be ignored)
 */
export function cacheFolder(
	env: Record<string, string | undefined> = process.env,
	platform: string = process.platform,
	home: string = homedir(),
): string {
	const { join } = platform === 'win32' ? win32 : posix;
	const xdg = env.XDG_CACHE_HOME;
	if (xdg && isAbsolute(xdg)) return join(xdg, 'crosslink');
	if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'crosslink', 'Cache');
	if (platform === 'darwin') return join(home, 'Library', 'Caches', 'crosslink');
	return join(home, '.cache', 'crosslink');
}
