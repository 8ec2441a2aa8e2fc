import { checkTenant } from '../../../lib/tenants/tenant-name';
import { rejection } from './rejection';

test.each(['default', 'a', 'Müller & Söhne', '客户', '42', 'x'.repeat(128)])('%j is a tenant', (name) => {
	expect(checkTenant(name)).toBe(name);
});

test.each<[string, unknown, RegExp]>([
	['empty', '', /is empty/],
	['too long', 'x'.repeat(129), /longer than 128/],
	['a newline', 'a\nb', /control characters/],
	['a null byte', 'a\u0000b', /control characters/],
	['half a character', 'a\ud800', /broken Unicode/],
	['a space in front', ' a', /starts or ends with a space/],
	['a space behind', 'a ', /starts or ends with a space/],
	['a number', 42, /is not text/],
	['nothing', undefined, /is not text/],
])('%s is refused', async (_name, given, reason) => {
	const error = await rejection(() => checkTenant(given));
	expect(error).toMatchObject({ class: 'rejected', code: 'tenant_invalid' });
	expect(error.message).toMatch(reason);
	expect(error.remedy).not.toBe('');
});
