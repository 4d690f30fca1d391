from __future__ import annotations

import asyncio
import time

import pytest

from tests.helpers.desk import agent_at
from tests.helpers.gateway import Gateway
from tests.real_engine.test_publishing import said
from uwallet_gateway.agents.roles import KnowledgeRole

pytestmark = pytest.mark.engine
TOPIC = {
    "title": "更换手机号",
    "kind": "procedure",
    "intro": "更换手机号一共{step_count}步，我可以一步一步带您做。",
    "steps": [
        {
            "id": "open_settings",
            "title": "打开设置",
            "text": "打开{brand_name}APP的设置页面。",
            "trouble": "先更新APP再看看。",
        },
        {
            "id": "choose_phone",
            "title": "点手机号",
            "text": "点“手机号”，按页面提示更换。",
            "trouble": "没有的话请人工客服帮您。",
        },
    ],
}
EX = [
    "怎么更换手机号",
    "换绑手机号怎么弄",
    "手机号换了要怎么改",
    "我想改绑定的手机",
    "更换绑定手机",
    "号码换了怎么更新",
    "绑定手机怎么换",
    "原来的手机号不用了怎么改绑",
    "我换号了账户上的手机怎么改",
    "想把账户的手机号改成新的",
    "旧号码停机了怎么换成新号码",
    "手机号要换新的在哪里改",
    "怎么修改预留的手机号",
    "注册的手机号能换吗怎么换",
    "更改手机号码的步骤",
    "换了新手机号钱包里怎么改",
    "绑定的手机号码变更",
    "教我换绑手机",
    "改手机号",
    "手机号变更在哪弄",
]


async def test_it(gateway: Gateway) -> None:
    editor = await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)
    walking, asking = await gateway.token(), await gateway.token()
    await said(gateway, walking, text="我忘记密码了")
    t = time.monotonic()
    stored = await editor.ok(
        "PUT", "/knowledge/draft/entries/topic/change_phone", json={"revision": None, "value": TOPIC, "examples": EX}
    )
    print("MOVED", stored["moved"], time.monotonic() - t)
    print("BEFORE", (await said(gateway, asking, text="我换了号码，手机怎么改绑"))[:80])
    t = time.monotonic()
    print(await editor.ok("POST", "/knowledge/draft/training"))
    lat = []
    async with asyncio.timeout(400):
        while True:
            tr = await editor.ok("GET", "/knowledge/draft/training")
            if tr["state"] in ("done", "failed"):
                break
            a = time.monotonic()
            await said(gateway, await gateway.token(), text="你好")
            lat.append(time.monotonic() - a)
            await asyncio.sleep(0.5)
    lat.sort()
    print("TRAINED", tr, time.monotonic() - t, "latency p50 max", lat[len(lat) // 2], lat[-1])
    t = time.monotonic()
    view = await editor.ok("POST", "/knowledge/draft/checks")
    async with asyncio.timeout(400):
        while view["state"] == "running":
            await asyncio.sleep(0.5)
            view = await editor.ok("GET", "/knowledge/draft/checks")
    print("CHECKED", time.monotonic() - t, view["state"])
    for f in view["findings"]:
        print("  ", f["severity"], f["check"], f["message"])
    for f in view["findings"]:
        if f["severity"] == "warning":
            await editor.ok("PUT", f"/knowledge/draft/ignored/{f['key']}", json={"reason": "试一下"})
    rev = (await editor.ok("GET", "/knowledge"))["draft"]["revision"]
    pub = await editor.ok("POST", "/knowledge/draft/publication", json={"revision": rev})
    print("PUBLISHED", pub["seconds"])
    print("AFTER", (await said(gateway, asking, text="我换了号码，手机怎么改绑"))[:120])
    print("NEXT", (await said(gateway, asking, text="好了，下一步"))[:120])
    print("WALKING", (await said(gateway, walking, text="好了，下一步"))[:80])
    print(
        "OTHERS",
        [
            (q, (await said(gateway, await gateway.token(), text=q))[:40])
            for q in ("怎么注销", "谢谢", "今天天气怎么样", "找人工", "验证码收不到")
        ],
    )
    back = await editor.ok("POST", "/knowledge/versions/1/publication", json={"note": "回退"})
    print("BACK", back["seconds"], (await said(gateway, asking, text="下一步"))[:120])
    assert 0
