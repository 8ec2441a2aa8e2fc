import { cacheFolder } from '../../../quickstart/cache-folder';

it.each<[string, Record<string, string>, string, string]>([
	['linux', {}, '/home/me', '/home/me/.cache/crosslink'],
	['linux', { XDG_CACHE_HOME: '/big/cache' }, '/home/me', '/big/cache/crosslink'],
	['linux', { XDG_CACHE_HOME: 'relative' }, '/home/me', '/home/me/.cache/crosslink'],
	['linux', { XDG_CACHE_HOME: '' }, '/home/me', '/home/me/.cache/crosslink'],
	['darwin', {}, '/Users/me', '/Users/me/Library/Caches/crosslink'],
	['darwin', { XDG_CACHE_HOME: '/big/cache' }, '/Users/me', '/big/cache/crosslink'],
	[
		'win32',
		{ LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' },
		'C:\\Users\\me',
		'C:\\Users\\me\\AppData\\Local\\crosslink\\Cache',
	],
	['win32', {}, 'C:\\Users\\me', 'C:\\Users\\me\\AppData\\Local\\crosslink\\Cache'],
])('on %s with %j', (platform, env, home, folder) => {
	expect(cacheFolder(env, platform, home)).toBe(folder);
});
