import { checkMessages, templatesFor } from '../../../lib/notifications/messages';
import { referenceOf } from '../../../lib/notifications/reference';
import { effectiveSettings, parseSettings, refuseWrongMessages } from '../../../lib/tenants/settings';

const save = async (messages: unknown) => {
	const input = await parseSettings({ messages }, 'slack');
	await refuseWrongMessages(input, 'slack');
	return input;
};

describe('messages in the settings', () => {
	it('stand in for the default, part by part', async () => {
		const site = await save({ orderShipped: { subject: 'Gone: {{ number }}', rich: '*{{ number }}*' } });
		const tenant = await save({ orderShipped: { text: 'It is on its way.' }, contractSigned: { text: 'Signed.' } });
		const { messages } = effectiveSettings(site, tenant);
		// The site's rich form would say something else than the tenant's text.
		expect(templatesFor('orderShipped', messages, false)).toEqual({
			subject: 'Gone: {{ number }}',
			text: 'It is on its way.',
		});
		expect(templatesFor('contractSigned', messages, false)).toEqual({ subject: 'Contract signed', text: 'Signed.' });
		expect(templatesFor('inspectionFailed', messages, false).text).toContain('has failed');
	});

	it.each([
		[
			{ orderShipped: { text: 'a\nb\n{{ number | shout }}' } },
			/messages\.orderShipped\.text .*undefined filter: shout in line 3/,
		],
		[{ orderShipped: { rich: '{% if a %}' } }, /messages\.orderShipped\.rich .*in line 1/],
		[{ 'Order shipped': { text: 'x' } }, /messages\.Order shipped is no name of an event/],
		[{ contractSigned: { subject: 'x' } }, /messages\.contractSigned\.text is missing/],
		[{ orderShipped: { txt: 'x' } }, /messages\.orderShipped\.txt is not a known setting/],
	])('are refused when they are wrong: %j', async (messages, reason) => {
		await expect(save(messages)).rejects.toMatchObject({
			class: 'rejected',
			code: 'settings_invalid',
			message: expect.stringMatching(reason),
		});
	});

	it('are told apart from names that every object has', async () => {
		await expect(checkMessages(undefined, 'slack')).resolves.toBeUndefined();
		expect(() => templatesFor('constructor', {}, false)).toThrow(/no message for the event/);
		expect(() => templatesFor('orderShiped', {}, false)).toThrow(
			expect.objectContaining({ remedy: expect.stringContaining('orderShipped') }),
		);
	});
});

it('a message is the same for the same event, key and places, whatever their order, and for nobody else', () => {
	const one = { tenant: 'a', integration: 'email', event: 'orderShipped', eventKey: '7', to: ['x@e.org', 'y@e.org'] };
	const same = referenceOf({ ...one, to: ['y@e.org', 'X@e.org', 'x@e.org'] });
	expect(same).toBe(referenceOf(one));
	expect(same).toMatch(/^[0-9a-f]{32}$/);
	const others = [
		{ ...one, tenant: 'b' },
		{ ...one, integration: 'slack' },
		{ ...one, event: 'documentApproved' },
		{ ...one, eventKey: '8' },
		{ ...one, to: ['x@e.org'] },
	].map(referenceOf);
	expect(new Set([same, ...others]).size).toBe(6);
});
