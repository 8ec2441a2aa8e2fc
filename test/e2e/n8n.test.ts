import { describeWithN8n } from '../servers/n8n';
import { approvedOrderTests } from './approved-order';
import { badInputTests } from './bad-input';
import { concurrentEditTests } from './concurrent-edits';
import { directoryTests } from './directory-template';
import { editorTests } from './editor';
import { describeErp } from './erp-site';
import { dealWonTests, erpPollingTests } from './erp-templates';
import { healthPageTests } from './health-page';
import { ownDatabaseTests } from './own-database';
import { pollingTests } from './polling';
import { reconcileTests } from './reconcile-template';
import { postgresTests, restartTests } from './restarts';
import { setUpFormTests } from './set-up-form';
import { importTests, templateTests } from './templates';
import { webhookTests } from './webhooks';
import { World } from './world';

// One n8n for all: it takes some 20 s to come up. The parts follow one another, as in a site's life.
describeWithN8n('the pack in a real n8n', (n8nFolder) => {
	let started: World | undefined;
	const world = () => {
		if (!started) throw new Error('n8n did not start.');
		return started;
	};
	beforeAll(async () => {
		started = await World.start(n8nFolder);
	}, 180_000);
	afterAll(async () => await started?.stop(), 60_000);

	describe('templates', () => templateTests(world));
	describe('HubSpot over HTTP', () => webhookTests(world));
	describe('HubSpot by polling', () => pollingTests(world));
	describe('edits on both sides at once', () => concurrentEditTests(world));
	describe('bad input', () => badInputTests(world));
	describe('health page and desk', () => healthPageTests(world));
	describeErp(world, (erp) => {
		describe('approved orders', () => approvedOrderTests(world, erp));
		describe('deals that are won', () => dealWonTests(world, erp));
		describe('SAP by polling', () => erpPollingTests(world, erp));
	});
	describe('daily reconcile', () => reconcileTests(world));
	describe('directory look-up', () => directoryTests(world));
	editorTests('the editor in a browser', world);
	describe('a restart', () => restartTests(world));
	describe('set-up by form', () => setUpFormTests(world));
	describe('the store on PostgreSQL', () => postgresTests(world));
	describe('a database as your own system', () => ownDatabaseTests(world));
	describe('adopting existing ids', () => importTests(world));
});
