import { CATALOGUE } from '../../../lib/notifications/catalogue';
import { MAX_TEMPLATE, renderTemplate, templateFault } from '../../../lib/notifications/template';

const fill = async (template: string, values = {}, markup: 'plain' | 'slack' | 'html' | 'markdown' = 'plain') =>
	await renderTemplate(template, values, markup, 'text of "test"');

describe('a template', () => {
	it('is filled in; what is missing is nothing, objects are JSON', async () => {
		expect(await fill('Order {{ number }}{{ nothing }}: {{ address }}', { number: 7, address: { city: 'Ulm' } })).toBe(
			'Order 7: {"city":"Ulm"}',
		);
	});

	it.each([
		['slack', '<!channel> & co', '&lt;!channel&gt; &amp; co'],
		['html', '<img src=x onerror="1">', '&lt;img src=x onerror=&quot;1&quot;&gt;'],
		['markdown', '[x](http://e) **b** @all', '\\[x\\]\\(http://e\\) \\*\\*b\\*\\* @\u200Ball'],
		['plain', '<b>', '<b>'],
	] as const)('escapes values, not itself, for %s', async (markup, value, escaped) => {
		expect(await fill('<i>{{ value }}</i>', { value }, markup)).toBe(`<i>${escaped}</i>`);
	});

	it('cannot put a value in unescaped', async () => {
		expect(await templateFault('{{ value | raw }}')).toMatchObject({ line: 1, reason: expect.stringContaining('raw') });
	});

	it.each(["{% include 'package.json' %}", "{% render '../package.json' %}", "{% layout 'x' %}"])(
		'reads nothing from disk: %s',
		async (template) => {
			expect(await templateFault(template)).toMatchObject({ line: 1, reason: expect.stringMatching(/not found/) });
		},
	);

	it('sees own values only, not what JavaScript has', async () => {
		expect(await fill('{{ constructor.name }}{{ __proto__ }}{{ text.constructor }}', { text: 'a' })).toBe('');
	});

	it('names line and reason of what is wrong with it', async () => {
		expect(await templateFault('one\n{% if number %}\nthree')).toMatchObject({
			line: 2,
			reason: expect.stringMatching(/not closed/),
		});
		expect(await templateFault('one\ntwo {{ number | shout }}')).toMatchObject({
			line: 2,
			reason: expect.stringMatching(/undefined filter: shout/),
		});
	});

	it.each([
		['loops too long', '{% for a in (1..9999) %}{% for b in (1..9999) %}{{ a }}{{ b }}{% endfor %}{% endfor %}'],
		['makes a huge list', '{% for a in (1..99999999) %}{{ a }}{% endfor %}'],
		[
			'doubles what it has caught',
			`{% capture a %}0123456789{% endcapture %}${'{% capture a %}{{ a }}{{ a }}{% endcapture %}'.repeat(40)}{{ a }}`,
		],
		['doubles a value', `{% assign a = "0123456789" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`],
		['writes too much', `{% for a in (1..900) %}${'x'.repeat(500)}{% endfor %}`],
		['is too long itself', 'x'.repeat(MAX_TEMPLATE + 1)],
	])('is stopped when it %s', async (_what, template) => {
		const started = performance.now();
		await expect(fill(template)).rejects.toMatchObject({ class: 'rejected', code: 'template_too_much' });
		expect(performance.now() - started).toBeLessThan(20_000);
	});
});

describe('the catalogue', () => {
	it.each(CATALOGUE.map((event) => [event.event, event] as const))(
		'%s can be filled in with nothing',
		async (_name, event) => {
			expect(await templateFault(event.text)).toBeUndefined();
			expect(await templateFault(event.subject)).toBeUndefined();
			expect(await fill(event.text, {})).not.toMatch(/undefined|null|\n\n/);
		},
	);

	it('says what it knows', async () => {
		const shipped = CATALOGUE.find(({ event }) => event === 'orderShipped');
		expect(
			await fill(shipped?.text ?? '', {
				number: 'O-7',
				customer: 'Miller',
				carrier: 'UPS',
				trackingNumber: '1Z',
				trackingUrl: 'https://t.example/1Z',
			}),
		).toBe('Order O-7 for Miller has been shipped with UPS.\nTracking number: 1Z\nhttps://t.example/1Z');
	});
});
