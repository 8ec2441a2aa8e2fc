/** Imported before n8n's core, which reads its configuration once: everything private is blocked but 127.0.0.2 and one name. */
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
process.env.N8N_SSRF_ALLOWED_IP_RANGES = '127.0.0.2/32';
