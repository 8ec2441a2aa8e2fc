import { freePort } from '../../quickstart/ports';
import { PEOPLE, startOpenLdapSite, type OpenLdapSite } from '../conformance/directory/openldap-site';
import { requireOpenLdap } from '../servers/openldap';
import { until } from '../until';
import { runTemplate } from './template-run';
import type { World } from './world';
import { DIRECTORY_SECRET } from './world';

const TEMPLATE = 'directory-look-up';
const PATH = '/webhook/crosslink-directory';

/** The look-up over a real slapd. */
export function directoryTests(world: () => World): void {
	if (!requireOpenLdap('the directory look-up in n8n')) return;
	let site: OpenLdapSite;

	const ask = async (query: Record<string, string>, secret = DIRECTORY_SECRET.value) => {
		const url = `${world().url}${PATH}?${new URLSearchParams(query)}`;
		const response = await fetch(url, { headers: { [DIRECTORY_SECRET.name]: secret } });
		const text = await response.text();
		return { status: response.status, text, body: response.status === 403 ? {} : (JSON.parse(text) as unknown) };
	};

	beforeAll(async () => {
		site = await startOpenLdapSite();
		await world().api.fillIn('Directory - Crosslink', 'crosslinkLdapApi', site.values);
		const dn = await site.addUser('ann', { mail: 'ann@example.test', displayName: 'Ann Example' });
		await site.addUser('lone');
		await site.addGroup('staff', [await site.addGroup('readers', [dn])]);
		const workflow = world().workflow(TEMPLATE);
		expect((await runTemplate(world(), TEMPLATE, 'Set up once')).status).toBe('success');
		await world().api.publish(await world().api.workflow(workflow.id));
		await until(async () => (await fetch(world().url + PATH)).status !== 404, 'the webhook');
	}, 90_000);
	afterAll(async () => {
		await site.stop();
		await world().api.unpublish(world().workflow(TEMPLATE));
	});

	it('says who somebody is, and in which groups, also by way of another group', async () => {
		const { status, body } = await ask({ login: 'ann' });
		const id = await site.idOf(`uid=ann,${PEOPLE}`);
		expect(status).toBe(200);
		expect(body).toMatchObject({
			user: { id, login: 'ann', name: 'Ann Example', mail: 'ann@example.test' },
			groups: expect.arrayContaining([
				expect.objectContaining({ name: 'readers', direct: true }),
				expect.objectContaining({ name: 'staff', direct: false }),
			]),
		});
		expect(await ask({ by: 'mail', login: 'ann@example.test' })).toMatchObject({ status: 200, body: { user: { id } } });
	});

	it('somebody in no group has none; nobody is 404, a filter in the name is no filter', async () => {
		expect(await ask({ login: 'lone' })).toMatchObject({ status: 200, body: { groups: [] } });
		expect(await ask({ login: 'nobody' })).toMatchObject({ status: 404, body: { error: 'not_found' } });
		expect(await ask({ login: '*' })).toMatchObject({ status: 404 });
	});

	it('without the secret, or without a question, tells nothing', async () => {
		expect(await ask({ login: 'ann' }, 'another')).toMatchObject({ status: 403 });
		expect(await ask({})).toMatchObject({ status: 400 });
		expect(await ask({ by: 'shoe size', login: 'ann' })).toMatchObject({ status: 400 });
	});

	it('a directory that is away is 503, without a word on where it is', async () => {
		const port = String(await freePort());
		await world().api.fillIn('Directory - Crosslink', 'crosslinkLdapApi', { ...site.values, port });
		const { status, text } = await ask({ login: 'ann' });
		expect(status).toBe(503);
		expect(text).not.toContain(port);
	}, 60_000);
}
