import type { Execution, SavedWorkflow } from '../../quickstart/n8n-api';
import { withSettings } from '../../quickstart/templates';
import type { SlackStandIn } from '../../sandbox/slack';
import { startSlack } from '../../sandbox/slack';
import type { World } from './world';

/** Where the templates of the tests tell what they have to tell. */
export const CHANNEL = 'C0ORDERS001';

/** A template with other values in its settings, saved; what is not given stays. */
export async function setTemplate(
	world: World,
	name: string,
	settings: Record<string, string>,
): Promise<SavedWorkflow> {
	const saved = await world.api.workflow(world.workflow(name).id);
	return await world.api.save({ ...saved, ...withSettings(saved, settings) });
}

/** Runs a template from one of its triggers, as "Execute workflow" does. */
export async function runTemplate(world: World, name: string, trigger: string): Promise<Execution> {
	const saved = await world.api.workflow(world.workflow(name).id);
	return await world.api.finished(await world.api.run(saved, trigger), world.run.signal);
}

/** A Slack whose token the credential of the templates has. */
export async function startSlackFor({ api }: World): Promise<SlackStandIn> {
	const slack = await startSlack();
	await api.fillIn('Slack - Crosslink', 'crosslinkSlackApi', { botToken: slack.token, baseUrl: slack.url });
	return slack;
}

/** What was told, newest first, headline and text as one. */
export function told(slack: SlackStandIn): string[] {
	const messages = slack.workspace.find(CHANNEL)?.messages ?? [];
	return messages.map(({ text, blocks }) => `${text} ${JSON.stringify(blocks ?? [])}`);
}
