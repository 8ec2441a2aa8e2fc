/** What npm has done so far, as told by `--loglevel=http`; it says nothing else without a terminal. */
export class NpmProgress {
	private described = 0;
	private fetched = 0;
	private rest = '';

	hear(text: string): void {
		const lines = (this.rest + text).split('\n');
		this.rest = lines.pop() ?? '';
		for (const line of lines) {
			if (/^npm http (fetch GET 200|cache) \S+\.tgz /.test(line)) this.fetched += 1;
			else if (/^npm http (fetch GET (200|304)|cache) /.test(line)) this.described += 1;
		}
	}

	/** First npm asks for the description of each package, then it takes the packages themselves. */
	toString(): string {
		if (this.fetched > 0) return `downloading, ${this.fetched.toLocaleString('en')} packages`;
		if (this.described > 0) return `looking up what it needs, ${this.described.toLocaleString('en')} packages`;
		return 'asking the npm registry';
	}
}
