const { existsSync } = require('node:fs');
const { readdir, rm } = require('node:fs/promises');
const path = require('node:path');
const esbuild = require('esbuild');
const { dest, src } = require('gulp');

const OUT = path.join(__dirname, 'dist');

/** What n8n reads beside the compiled code. */
const ASSETS = [
	'nodes/**/*.{svg,png}',
	'nodes/**/*.node.json',
	'nodes/**/__schema__/**/*.json',
	'credentials/**/*.{svg,png}',
	'workflows-templates/**/*.json',
];

/** Where the source of a file in dist would be; n8n loads whatever lies there, so a leftover would come back to life. */
function sourceOf(file) {
	const source = path.join(__dirname, path.relative(OUT, file));
	return source.endsWith('.js') ? source.replace(/\.js$/, '.ts') : source;
}

/** Removes from dist what no longer has a source, and nothing else: the compiler then rebuilds only what changed. */
async function clean() {
	if (!existsSync(OUT)) return;
	const entries = await readdir(OUT, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
	const stale = files.filter((file) => path.basename(file) !== '.tsbuildinfo' && !existsSync(sourceOf(file)));
	await Promise.all(stale.map((file) => rm(file)));
}

/** Copies icons, codex files, output schemas and templates to where their nodes end up. */
function assets() {
	return src(ASSETS, { base: '.', encoding: false, allowEmpty: true }).pipe(dest(OUT));
}

/**
 * Puts ECharts into the one file that draws with it: the package has 60 MB, of which 1 MB is what runs, and no installation
 * should carry the rest for two charts.
 */
async function charts() {
	const file = path.join(OUT, 'lib/report/page/charts.js');
	await esbuild.build({
		entryPoints: [file],
		outfile: file,
		allowOverwrite: true,
		bundle: true,
		minify: true,
		legalComments: 'inline',
		platform: 'node',
		target: 'node20',
		logLevel: 'warning',
	});
}

module.exports = { clean, assets, charts };
