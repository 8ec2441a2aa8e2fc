import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The machine's own Chromium, from CHROME_PATH or the PATH; undefined = there is none. */
export function findBrowser(): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	const places = [
		process.env.CHROME_PATH ?? '',
		...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
	];
	return places.find((place) => {
		if (place === '') return false;
		try {
			accessSync(place, constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}
