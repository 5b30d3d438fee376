import { describe, expect, it } from "vitest";
import { loadCorpus } from "../../../localstack/hn/corpus.ts";
import { getJson, start } from "./running-simulator.ts";
import { id } from "./small-corpus.ts";

describe("search", () => {
  it("answers a story as Algolia does", async () => {
    const { url } = await start();
    const { status, body } = await getJson(`${url}/search?query=explained&hitsPerPage=5`);
    expect(status).toBe(200);
    expect(body).toEqual({
      hits: [
        {
          objectID: String(id(1)),
          title: "Durable execution explained",
          url: "https://one.example/durable",
          author: "ann_oak",
          points: 50,
          num_comments: 3,
          story_id: id(1),
          children: [id(1, 1)],
          created_at: "2020-01-01T10:00:00Z",
          created_at_i: 1577872800,
          updated_at: "2020-01-01T13:15:00Z",
          _tags: ["story", "author_ann_oak", `story_${id(1)}`],
          _highlightResult: {
            title: {
              value: "Durable execution <em>explained</em>",
              matchLevel: "full",
              fullyHighlighted: false,
              matchedWords: ["explained"],
            },
            url: { value: "https://one.example/durable", matchLevel: "none", matchedWords: [] },
            author: { value: "ann_oak", matchLevel: "none", matchedWords: [] },
          },
        },
      ],
      nbHits: 1,
      page: 0,
      nbPages: 1,
      hitsPerPage: 5,
      exhaustive: { nbHits: true, typo: true },
      exhaustiveNbHits: true,
      exhaustiveTypo: true,
      query: "explained",
      params: "query=explained&hitsPerPage=5&advancedSyntax=true&analytics=false",
      processingTimeMS: expect.any(Number),
      serverTimeMS: expect.any(Number),
    });
  });

  it("answers a comment with null points, its HTML, and the story it belongs to", async () => {
    const { url } = await start();
    const { body } = await getJson(`${url}/search?query=retries&tags=comment`);
    const href = "https:&#x2F;&#x2F;one.example&#x2F;a&#x2F;rather&#x2F;long&#x2F;path&#x2F;that";
    expect(body).toMatchObject({
      hits: [
        {
          objectID: String(id(1, 2)),
          comment_text: expect.stringMatching(
            new RegExp(
              `^&gt; costs one write<p>And <i>retries</i> cost more, see <a href="${href}`,
              "u",
            ),
          ),
          points: null,
          parent_id: id(1, 1),
          story_id: id(1),
          story_title: "Durable execution explained",
          story_url: "https://one.example/durable",
          children: [id(1, 3)],
          _tags: ["comment", "author_cat_fir", `story_${id(1)}`],
          _highlightResult: {
            comment_text: { value: expect.stringContaining("<i><em>retries</em></i>") },
            story_title: { matchLevel: "none" },
          },
        },
      ],
    });
  });

  it("gives 20 hits a page unless asked otherwise, pages from 0, and counts with 0 a page", async () => {
    const { url } = await start({ corpus: loadCorpus() });
    const first = await getJson(`${url}/search?tags=comment`);
    const second = await getJson(`${url}/search?tags=comment&page=1`);
    expect(first.body).toMatchObject({ page: 0, hitsPerPage: 20 });
    expect(idsOf(first.body)).toHaveLength(20);
    expect(new Set([...idsOf(first.body), ...idsOf(second.body)]).size).toBe(40);
    const most = await getJson(`${url}/search?hitsPerPage=5000`);
    expect(most.body).toMatchObject({ hitsPerPage: 1000, nbPages: 1 });
    const none = await getJson(`${url}/search?query=durable&hitsPerPage=0`);
    expect(none.body).toMatchObject({ hits: [], nbPages: 0, nbHits: expect.any(Number) });
  });

  it("lets nobody past the 1,000th hit: status 200, no hits, and a message", async () => {
    const { url } = await start();
    const { status, body } = await getJson(`${url}/search?page=10&hitsPerPage=100`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      hits: [],
      nbHits: 0,
      message: expect.stringContaining("you can only fetch the 1000 hits for this query"),
    });
    const last = await getJson(`${url}/search?page=9&hitsPerPage=100`);
    expect(last.body).not.toHaveProperty("message");
  });

  it("by date gives the newest first", async () => {
    const { url } = await start();
    const { body } = await getJson(`${url}/search_by_date?tags=story`);
    expect(idsOf(body)).toEqual([id(4), id(3), id(2), id(1)].map(String));
  });

  it("returns the attributes asked for", async () => {
    const { url } = await start();
    const { body } = await getJson(
      `${url}/search?query=explained&attributesToRetrieve=title,points&attributesToHighlight=`,
    );
    expect(body).toMatchObject({ nbHits: 1 });
    expect(JSON.stringify(body)).toContain(
      `[{"objectID":"${id(1)}","title":"Durable execution explained","points":50,"_highlightResult":{}}]`,
    );
  });

  it("accepts parameters nobody knows, and refuses what it cannot simulate", async () => {
    const { url } = await start();
    expect((await getJson(`${url}/search?analytics=false&nonsense=1`)).status).toBe(200);
    const refused = await getJson(`${url}/search?filters=points%3E5`);
    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({
      message: 'the simulator does not know "filters": search without it',
      status: 400,
    });
    expect((await getJson(`${url}/search?page=first`)).status).toBe(400);
    expect((await getJson(`${url}/search?numericFilters=karma%3E5`)).status).toBe(400);
  });
});

describe("items and users", () => {
  it("answers a story with its whole thread, deleted comments as nulls", async () => {
    const { url } = await start();
    const { status, body } = await getJson(`${url}/items/${id(1)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: id(1),
      created_at: "2020-01-01T10:00:00.000Z",
      type: "story",
      points: 50,
      parent_id: null,
      text: "",
      options: [],
      children: [
        {
          id: id(1, 1),
          type: "comment",
          title: null,
          points: null,
          parent_id: id(1),
          story_id: id(1),
          text: "<p>Execution that is durable costs one write. It&#x27;s &quot;fine&quot; for C# and Node.js alike.</p>",
          children: [
            {
              author: "cat_fir",
              children: [
                {
                  id: id(1, 3),
                  author: null,
                  text: null,
                  children: [{ id: id(1, 4), author: "dan_ash", children: [] }],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it("answers a comment with what is below it", async () => {
    const { url } = await start();
    const { body } = await getJson(`${url}/items/${id(1, 2)}`);
    expect(body).toMatchObject({
      type: "comment",
      parent_id: id(1, 1),
      text: expect.stringMatching(/^<p>&gt; costs one write<\/p><p>And <i>retries<\/i>/u),
    });
  });

  it("answers an author with name, about and karma only", async () => {
    const { url } = await start();
    expect(await getJson(`${url}/users/eve_yew`)).toEqual({
      status: 200,
      body: {
        username: "eve_yew",
        about: "An invented author of the sample corpus.",
        karma: 320,
      },
    });
  });

  it.each([
    "/items/8863",
    "/items/abc",
    "/items",
    "/users/nobody",
    "/users",
    "/search/x",
    "/polls",
  ])("answers 404 in JSON for %s", async (path) => {
    const { url } = await start();
    expect(await getJson(url + path)).toEqual({
      status: 404,
      body: { status: 404, error: "Not Found" },
    });
  });
});

function idsOf(body: unknown): unknown[] {
  const hits = (body as { hits: { objectID: string }[] }).hits;
  return hits.map(({ objectID }) => objectID);
}
