import { createCredentials, type CredentialToCreate } from './credentials';
import type { N8nApi, Owner, SavedWorkflow } from './n8n-api';
import { Problem } from './problem';
import { errorOf } from './run-data';
import { subscribeHubSpot, type Sandboxes } from './sandboxes';
import type { Workflows } from './templates';
import { importTemplates, publishTemplates, webhookUrl } from './templates';

const PACK = 'n8n-nodes-crosslink';
const SET_UP = 'hubspot-set-up';
const TO_HUBSPOT = 'orders-companies-to-hubspot';
const FROM_HUBSPOT = 'hubspot-back-to-your-system';

/** For the editor of a throw-away n8n on loopback; printed at the end of the start. */
export const OWNER: Owner = {
	...{ email: 'owner@crosslink.example', password: 'Crosslink-2026' },
	...{ firstName: 'Crosslink', lastName: 'Owner' },
};

/** What later steps need to know. */
export interface SetUp {
	workflows: Workflows;
	toHubSpot: SavedWorkflow;
}

export interface SetUpOptions {
	api: N8nApi;
	sandboxes: Sandboxes;
	templates: string;
	/** Besides those of the demo's own systems. */
	credentials?: CredentialToCreate[];
	signal: AbortSignal;
	say(text: string): void;
}

/** What a person would do in a fresh n8n: account, credentials, import, run the set-up workflow, publish, tell both sides the URLs. */
export async function setUp({ api, sandboxes, templates, credentials, signal, say }: SetUpOptions): Promise<SetUp> {
	say('the owner’s account…');
	await api.setUpOwner(OWNER);
	const types = await api.nodeTypes(`${PACK}.`);
	const trigger = types.find(({ name }) => name === `${PACK}.crosslinkTrigger`);
	const webhook = (await api.nodeTypes('n8n-nodes-base.webhook')).find(({ name }) => name === 'n8n-nodes-base.webhook');
	if (!trigger || !webhook) {
		throw new Problem(`n8n does not know the nodes of ${PACK}.`, 'Its log says why the pack did not load.');
	}

	say('credentials and workflows…');
	const { hubspot, tracker } = sandboxes;
	await createCredentials(api, sandboxes, credentials);
	const workflows = await importTemplates(api, templates, { trackerUrl: tracker.url, hubspotUrl: hubspot.url });
	const [first, to, from] = [SET_UP, TO_HUBSPOT, FROM_HUBSPOT].map((name) => {
		const workflow = workflows.get(name);
		if (!workflow) throw new Problem(`The template ${name}.json is missing.`, `Look into ${templates}.`);
		return workflow;
	});
	if (!first || !to || !from) throw new Problem('A template is missing.', `Look into ${templates}.`);

	say(`"${first.name}"…`);
	const start = first.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger')?.name ?? '';
	const execution = await api.finished(await api.run(first, start), signal);
	if (execution.status !== 'success') {
		const reason = errorOf(execution.data);
		throw new Problem(`"${first.name}" ended with ${execution.status}: ${reason}`, 'Its log says more.');
	}

	say('publishing…');
	await publishTemplates(api, workflows);
	tracker.setWebhooks([{ url: webhookUrl(api.url, to, webhook) }]);
	subscribeHubSpot(hubspot, webhookUrl(api.url, from, trigger));
	return { workflows, toHubSpot: to };
}
