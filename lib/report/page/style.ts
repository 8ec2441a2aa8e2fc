/** The page's looks, inlined: it must be whole without a network. */
export const STYLE = `
:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--text:#1c2430;--muted:#5b6675;--line:#dfe3e8;--good:#1a7f4b;--bad:#b3261e;--warning:#8a5a00;--info:#2459a8;--event:#5a67b8;--good-back:#e5f4ec;--bad-back:#fbe9e7;--warning-back:#fdf3dc;--info-back:#e8eff9}
@media (prefers-color-scheme:dark){:root{--back:#12161c;--card:#1b212a;--text:#e6eaf0;--muted:#a3aebb;--line:#333c48;--good:#5ccb91;--bad:#ff8a80;--warning:#f0c05a;--info:#8ab4f8;--event:#9fa8f0;--good-back:#17301f;--bad-back:#3a1d1b;--warning-back:#352a10;--info-back:#1b2a40}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:0}h3{font-size:.95rem;margin:1.25rem 0 .4rem}
p{margin:.3rem 0}.muted{color:var(--muted)}
header.top{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:baseline;justify-content:space-between;margin-bottom:1rem}
section.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem;margin:0 0 1rem}
section.card>header{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center}
.badge{display:inline-block;border-radius:1rem;padding:.05rem .65rem;font-size:.85rem;font-weight:600}
.good{color:var(--good);background:var(--good-back)}.bad{color:var(--bad);background:var(--bad-back)}
.warning{color:var(--warning);background:var(--warning-back)}.info{color:var(--info);background:var(--info-back)}
ul.findings{list-style:none;margin:.7rem 0 0;padding:0;display:grid;gap:.4rem}
ul.findings li{border-radius:.4rem;padding:.45rem .7rem}ul.findings li span{color:var(--text);display:block;font-weight:400}
ul.findings li b{display:block}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;padding:.35rem 1rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--muted);font-weight:600;white-space:nowrap}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
td.value{max-width:16rem;overflow-wrap:anywhere}
figure{margin:.4rem 0 0}figure svg{display:block;max-width:100%;height:auto}
details{margin-top:.3rem}summary{cursor:pointer;color:var(--muted);font-size:.9rem}
a.button{display:inline-block;border:1px solid var(--info);color:var(--info);border-radius:.4rem;padding:.2rem .7rem;text-decoration:none;white-space:nowrap}
a.button:hover,a.button:focus-visible{background:var(--info-back)}
a:focus-visible,summary:focus-visible{outline:2px solid var(--info);outline-offset:2px}
meter{width:8rem;height:.8rem;vertical-align:middle}
footer{color:var(--muted);font-size:.85rem}
@media (max-width:38rem){
table.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.cards tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
table.cards td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.12rem 0;text-align:right;max-width:none}
table.cards td::before{content:attr(data-name);color:var(--muted);text-align:left;white-space:nowrap}
}
`;
