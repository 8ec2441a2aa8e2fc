import type { HealthReport } from '../../../lib/report/health';
import { renderPage } from '../../../lib/report/page/page';

/** Markup that does something in every place a value may stand in. */
export const MARKUP = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>{{ 7 | times: 7 }}'&lt;`;

/** A report with markup wherever a text can come from outside. */
function planted(): HealthReport {
	const text = MARKUP;
	return {
		madeAt: '2026-11-28T12:00:00.000Z',
		period: 'day',
		from: '2026-11-27T13:00:00.000Z',
		stepSeconds: 3600,
		steps: 24,
		state: 'bad',
		integrations: [
			{
				tenant: text,
				integration: 'hubspot',
				displayName: text,
				mode: 'cloud',
				enabled: true,
				findings: [{ severity: 'bad', message: text, remedy: text }],
				entities: [
					{
						entity: 'order',
						displayName: text,
						links: { pending: 1, synced: 2, conflict: 3, failed: 4, deleted: 5 },
						inDoubt: 0,
						oldestUnsynced: '2026-11-28T09:00:00.000Z',
						lastSyncedAt: null,
						synced: Array.from({ length: 24 }, (_, step) => step),
						brakes: [],
					},
				],
				events: {
					received: Array.from({ length: 24 }, () => 1),
					echoes: Array.from({ length: 24 }, () => 0),
					waiting: 0,
					inHand: 0,
					oldestWaiting: null,
					unrouted: 0,
				},
				failures: Array.from({ length: 24 }, () => 2),
				conflicts: {
					open: 3,
					shown: [
						{
							conflictId: '7',
							entity: 'order',
							localId: text,
							externalId: text,
							field: text,
							reason: text,
							local: { [text]: text },
							external: text,
							base: null,
							since: '2026-11-28T11:59:00.000Z',
						},
					],
				},
				commands: {
					counts: { running: 0, waiting: 0, unknown: 1, succeeded: 0, failed: 0 },
					inDoubt: [
						{ command: text, idempotencyKey: text, kind: 'execute', message: text, since: '2026-11-28T11:00:00.000Z' },
					],
				},
				parked: [{ source: text, message: text, remedy: text, since: '2026-11-28T11:00:00.000Z' }],
				budget: [{ bucket: text, used: 0.25, pausedMs: 0 }],
				error: null,
			},
		],
	};
}

it('escapes every value, and asks nobody for anything', async () => {
	const page = await renderPage(planted(), { title: MARKUP, desk: 'https://n8n.example.com/form/desk' });
	expect(page).not.toContain('<img');
	expect(page).not.toContain('<script');
	expect(page).toContain('{{ 7 | times: 7 }}');
	expect(page).not.toMatch(/\b(src|href)="(?!https:\/\/n8n\.example\.com\/form\/desk\?)/);
	expect(page).not.toMatch(/url\(|@import/);
});

it('says in words what the charts show, and where to decide', async () => {
	const page = await renderPage(planted(), { title: 'Health', desk: 'https://n8n.example.com/form/desk?x=1' });
	expect(page).toContain('In step: 276, Failures: 48.');
	expect(page).toMatch(
		/href="https:\/\/n8n\.example\.com\/form\/desk\?x=1&amp;Action=Decide&amp;Tenant=[^"]*&amp;Conflict=7"/,
	);
	expect(page).toContain('and 2 more');
	expect(page).toContain('3 hours ago');
	expect(page).toContain('var(--good)');
});

it('has no buttons without a desk, and refuses one that is no web address', async () => {
	expect(await renderPage(planted(), { title: 'Health' })).not.toContain('class="button"');
	for (const desk of ['javascript:alert(1)', 'n8n/form', 'ftp://x']) {
		await expect(renderPage(planted(), { title: 'Health', desk })).rejects.toMatchObject({ code: 'parameter_invalid' });
	}
});

it('says so where nothing is configured', async () => {
	const page = await renderPage({ ...planted(), state: 'good', integrations: [] }, { title: 'Health' });
	expect(page).toContain('Nothing is configured here yet.');
	expect(page).toContain('All well');
});
