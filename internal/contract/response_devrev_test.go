package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vendor200 is the example of DevRev's API reference, with every documented
// member of a webhook that a dev_user has created.
const vendor200 = `{"webhook":{` +
	`"created_by":` + vendorUser + `,"created_date":"2023-01-01T12:00:00.000Z","display_id":"string","id":"string",` +
	`"modified_by":` + vendorUser + `,"modified_date":"2023-01-01T12:00:00.000Z",` +
	`"event_types":["account_created"],"secret":"string","status":"active","url":"string"}}`

const vendorUser = `{"type":"dev_user","display_id":"string","id":"string","display_name":"string",` +
	`"display_picture":{"display_id":"string","id":"string","file":{"type":"string","name":"string","size":0}},` +
	`"email":"string","full_name":"string","state":"active"}`

// vendorErrors are the examples of DevRev's API reference, by status.
var vendorErrors = map[int]string{
	400: `{"detail":"string","message":"string","type":"artifact_already_attached_to_a_parent","existing_parent":"string","is_same":true}`,
	401: `{"detail":"string","message":"string","type":"unauthenticated"}`,
	403: `{"detail":"string","message":"string","type":"forbidden"}`,
	404: `{"detail":"string","message":"string","type":"not_found"}`,
	429: `{"detail":"string","message":"string","type":"too_many_requests","retry_after":0}`,
	500: `{"detail":"string","message":"string","type":"internal_error","reference_id":"string"}`,
	503: `{"detail":"string","message":"string","type":"service_unavailable"}`,
}

const minimal = `{"webhook":{"id":"` + provider.DevRevWebhookID + `","secret":"MDEyMzQ1Njc4OWFiY2RlZg==","status":"active","url":"https://example.com/hook"}}`

const revUser = `{"type":"rev_user","id":"don:identity:dvrv-us-1:devo/1:revu/2"}`

func TestCheckBody_devrevGet(t *testing.T) {
	tests := []struct {
		row   int
		name  string
		base  string
		edits []edit
		want  []string // none means valid
	}{
		{1, "vendor's example", vendor200, nil, nil},
		{2, "minimal webhook", minimal, nil, nil},
		{3, "without event_types", vendor200, []edit{drop("/webhook/event_types")}, nil},
		{4, "no event types", minimal, []edit{set("/webhook/event_types", `[]`)}, nil},
		{5, "event type twice", minimal, []edit{set("/webhook/event_types", `["verify","verify"]`)}, nil},
		{6, "event_types null", minimal, []edit{set("/webhook/event_types", `null`)}, []string{"violation type /webhook/event_types"}},
		{7, "dotted event type", minimal, []edit{set("/webhook/event_types", `["work.created"]`)}, []string{"unlisted enum /webhook/event_types/0"}},
		{8, "event type without payload", minimal, []edit{set("/webhook/event_types", `["job_created"]`)}, nil},
		{9, "verify", minimal, []edit{set("/webhook/event_types", `["verify"]`)}, nil},
		{10, "no webhook", minimal, []edit{set("", `{}`)}, []string{"violation required /webhook"}},
		{11, "no secret", minimal, []edit{drop("/webhook/secret")}, []string{"violation required /webhook/secret"}},
		{12, "no id", minimal, []edit{drop("/webhook/id")}, []string{"violation required /webhook/id"}},
		{13, "no url", minimal, []edit{drop("/webhook/url")}, []string{"violation required /webhook/url"}},
		{14, "no status", minimal, []edit{drop("/webhook/status")}, []string{"violation required /webhook/status"}},
		{15, "status of the guide's prose", minimal, []edit{set("/webhook/status", `"degraded"`)}, []string{"unlisted enum /webhook/status"}},
		{16, "status in another case", minimal, []edit{set("/webhook/status", `"Active"`)}, []string{"unlisted enum /webhook/status"}},
		{17, "secret that is no base64", minimal, []edit{set("/webhook/secret", `"not base64!!"`)}, nil},
		{18, "url that is none", minimal, []edit{set("/webhook/url", `"string"`)}, nil},
		{19, "user without type", vendor200, []edit{drop("/webhook/created_by/type")}, []string{"violation required /webhook/created_by/type"}},
		{20, "user without id", vendor200, []edit{drop("/webhook/created_by/id")}, []string{"violation required /webhook/created_by/id"}},
		{21, "service account", vendor200, []edit{set("/webhook/created_by/type", `"service_account"`)}, nil},
		{22, "unknown user type", vendor200, []edit{set("/webhook/created_by/type", `"customer"`)}, []string{"unlisted enum /webhook/created_by/type"}},
		{23, "smallest user", minimal, []edit{set("/webhook/created_by", `{"type":"sys_user","id":"1"}`)}, nil},
		{24, "member of another user type", vendor200, []edit{set("/webhook/created_by/rev_org", `{"type":"rev_org","id":"1"}`)}, []string{"undocumented /webhook/created_by/rev_org"}},
		{25, "wrong type in a member of another user type", vendor200, []edit{set("/webhook/created_by/external_ref", `5`)}, []string{"undocumented /webhook/created_by/external_ref"}},
		{26, "rev_user with a number", minimal, []edit{set("/webhook/created_by", revUser), set("/webhook/created_by/external_ref", `5`)}, []string{"violation type /webhook/created_by/external_ref"}},
		{27, "organisation without type", minimal, []edit{set("/webhook/created_by", revUser), set("/webhook/created_by/rev_org", `{"id":"1"}`)}, []string{"violation required /webhook/created_by/rev_org/type"}},
		{28, "organisation that is an account", minimal, []edit{set("/webhook/created_by", revUser), set("/webhook/created_by/rev_org", `{"id":"1","type":"account"}`)}, nil},
		{28, "organisation that is the developers'", minimal, []edit{set("/webhook/created_by", revUser), set("/webhook/created_by/rev_org", `{"id":"1","type":"dev_org"}`)}, []string{"violation required /webhook/created_by/rev_org/dev_slug"}},
		{28, "organisation of no kind", minimal, []edit{set("/webhook/created_by", revUser), set("/webhook/created_by/rev_org", `{"id":"1","type":"work"}`)}, []string{"unlisted enum /webhook/created_by/rev_org/type"}},
		{29, "user state", vendor200, []edit{set("/webhook/created_by/state", `"shadow"`)}, nil},
		{30, "user state of a webhook", vendor200, []edit{set("/webhook/created_by/state", `"inactive"`)}, []string{"unlisted enum /webhook/created_by/state"}},
		{31, "picture without id", vendor200, []edit{set("/webhook/created_by/display_picture", `{}`)}, []string{"violation required /webhook/created_by/display_picture/id"}},
		{32, "picture without file", vendor200, []edit{drop("/webhook/created_by/display_picture/file")}, nil},
		{33, "empty file", vendor200, []edit{set("/webhook/created_by/display_picture/file", `{}`)}, nil},
		{34, "size beyond 32 bits", vendor200, []edit{set("/webhook/created_by/display_picture/file/size", `3000000000`)}, []string{"violation maximum /webhook/created_by/display_picture/file/size"}},
		{35, "size 1.0", vendor200, []edit{set("/webhook/created_by/display_picture/file/size", `1.0`)}, nil},
		{36, "size as text", vendor200, []edit{set("/webhook/created_by/display_picture/file/size", `"12"`)}, []string{"violation type /webhook/created_by/display_picture/file/size"}},
		{37, "nine digits of a second", vendor200, []edit{set("/webhook/created_date", `"2023-01-01T12:00:00.123456789Z"`)}, nil},
		{38, "date without time", vendor200, []edit{set("/webhook/created_date", `"2023-01-01"`)}, []string{"violation format /webhook/created_date"}},
		{39, "date with an offset", vendor200, []edit{set("/webhook/created_date", `"2023-01-01T12:00:00+02:00"`)}, nil},
		{40, "30 February", vendor200, []edit{set("/webhook/created_date", `"2023-02-30T12:00:00Z"`)}, []string{"violation format /webhook/created_date"}},
		{41, "members of real users", vendor200, []edit{set("/webhook/created_by/id_v1", `"1"`), set("/webhook/created_by/display_handle", `"h"`), set("/webhook/created_by/thumbnail", `"t"`)},
			[]string{"undocumented /webhook/created_by/display_handle", "undocumented /webhook/created_by/id_v1", "undocumented /webhook/created_by/thumbnail"}},
		{42, "headers", minimal, []edit{set("/webhook/headers", `[{"name":"n","value":"v"}]`)}, nil},
		{42, "header without value", minimal, []edit{set("/webhook/headers", `[{"name":"n"}]`)}, []string{"violation required /webhook/headers/0/value"}},
		{42, "header with more", minimal, []edit{set("/webhook/headers", `[{"name":"n","value":"v","secret":true}]`)}, []string{"undocumented /webhook/headers/0/secret"}},
		{42, "header of another name", minimal, []edit{set("/webhook/headers", `[{"name":"n:m","value":"v"}]`)}, []string{"violation pattern /webhook/headers/0/name"}},
		{43, "webhook as array", minimal, []edit{set("/webhook", `[]`)}, []string{"violation type /webhook"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", tt.row, tt.name), func(t *testing.T) {
			for _, operation := range []string{"webhooks.get", "webhooks.update"} {
				got, err := contract.CheckBody(&provider.DevRev, operation, 200, "application/json", []byte(edited(t, tt.base, tt.edits...)), false)
				require.NoError(t, err)
				if tt.want == nil {
					assert.Empty(t, got)
				} else {
					assert.Equal(t, tt.want, summary(got))
				}
			}
		})
	}
}

func TestCheckBody_devrevErrors(t *testing.T) {
	tests := []struct {
		row    int
		name   string
		status int
		body   string
		want   []string
	}{
		{48, "vendor's 401", 401, vendorErrors[401], nil},
		{49, "type only", 401, `{"type":"unauthenticated"}`, nil},
		{50, "no type", 401, `{"message":"m"}`, []string{"violation required /type"}},
		{51, "type of another status", 401, `{"type":"forbidden"}`, []string{"rule error-type /type"}},
		{52, "vendor's 403", 403, vendorErrors[403], nil},
		{53, "vendor's 404", 404, vendorErrors[404], nil},
		{54, "unknown route", 404, `{"message":"route not found"}`, []string{"rule unknown-route /type"}},
		{55, "vendor's 429", 429, vendorErrors[429], nil},
		{56, "no retry_after", 429, `{"type":"too_many_requests"}`, nil},
		{57, "retry_after as text", 429, `{"type":"too_many_requests","retry_after":"30"}`, []string{"violation type /retry_after"}},
		{58, "retry_after 1.5", 429, `{"type":"too_many_requests","retry_after":1.5}`, []string{"violation type /retry_after"}},
		{59, "vendor's 500", 500, vendorErrors[500], nil},
		{60, "almost the type", 500, `{"type":"internal_server_error"}`, []string{"rule error-type /type"}},
		{61, "vendor's 503", 503, vendorErrors[503], nil},
		{62, "retry_after on 503", 503, `{"type":"service_unavailable","retry_after":3}`, []string{"undocumented /retry_after"}},
		{63, "vendor's 400", 400, vendorErrors[400], nil},
		{64, "no is_same", 400, `{"type":"artifact_already_attached_to_a_parent","existing_parent":"1"}`, []string{"violation required /is_same"}},
		{65, "bad_request", 400, `{"type":"bad_request"}`, nil},
		{66, "member of another variant", 400, `{"type":"bad_request","errors":42}`, []string{"undocumented /errors"}},
		{67, "live answer of webhooks.list", 400, `{"type":"invalid_field","field_name":"limit"}`, nil},
		{68, "invalid_field without name", 400, `{"type":"invalid_field"}`, []string{"violation required /field_name"}},
		{69, "invalid_enum_value without values", 400, `{"type":"invalid_enum_value","field_name":"a","value":"b"}`, []string{"violation required /allowed_values"}},
		{70, "value_not_permitted without values", 400, `{"type":"value_not_permitted","field_name":"a"}`, nil},
		{71, "the text null", 400, `{"type":"unexpected_json_type","actual":"null","expected":"string","field_name":"a"}`, nil},
		{72, "null itself", 400, `{"type":"unexpected_json_type","actual":null,"expected":"string","field_name":"a"}`, []string{"violation type /actual"}},
		{73, "boolean for bool", 400, `{"type":"unexpected_json_type","actual":"boolean","expected":"string","field_name":"a"}`, []string{"unlisted enum /actual"}},
		{74, "no version", 400, `{"type":"invalid_api_version"}`, []string{"violation required /value"}},
		{75, "merge without errors", 400, `{"type":"merge_works_error"}`, nil},
		{76, "empty merge error", 400, `{"type":"merge_works_error","errors":[{}]}`, []string{"violation required /errors/0/details", "violation required /errors/0/work"}},
		{77, "closed object", 400, `{"type":"merge_works_error","errors":[{"details":"d","work":"1","closed":{"x":1}}]}`, []string{"violation additionalProperties /errors/0/closed/x"}},
		{78, "second tag", 400, `{"type":"customization_validation_error","subtype":"field_required"}`, nil},
		{79, "no second tag", 400, `{"type":"customization_validation_error"}`, []string{"violation required /subtype"}},
		{80, "unknown second tag", 400, `{"type":"customization_validation_error","subtype":"nope"}`, []string{"unlisted enum /subtype"}},
		{81, "code of 17 characters", 400, `{"type":"workflow_component_validation_errors","errors":[{"code":"12345678901234567","message":"m"}]}`, []string{"violation maxLength /errors/0/code"}},
		{81, "message of 513 characters", 400, `{"type":"workflow_component_validation_errors","errors":[{"code":"c","message":"` + strings.Repeat("é", 513) + `"}]}`, []string{"violation maxLength /errors/0/message"}},
		{82, "unknown type", 400, `{"type":"unknown_thing"}`, []string{"unlisted enum /type"}},
		{83, "array", 400, `[]`, []string{"violation type"}},
		{0, "400 with the type of 404", 400, `{"type":"not_found"}`, []string{"rule error-type /type"}},
		{0, "404 with a type of 400", 404, `{"type":"invalid_id","field_name":"id"}`, []string{"undocumented /field_name", "rule error-type /type"}},
		{0, "type as number", 503, `{"type":7}`, []string{"violation type /type"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", tt.row, tt.name), func(t *testing.T) {
			got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", tt.status, "application/json", []byte(tt.body), false)
			require.NoError(t, err)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
			}
		})
	}
}

// headers are n headers as a request has them.
func headers(n int) string {
	return strings.TrimSuffix(strings.Repeat(`{"name":"n","value":"v"},`, n), ",")
}

// Each variant of 400, with its required members and then with all of them.
func TestCheckBody_devrevVariants(t *testing.T) {
	variants := map[string][]string{
		"artifact_already_attached_to_a_parent": {`"existing_parent":"1","is_same":false`},
		"bad_request":                           {``},
		"customization_validation_error":        {`"subtype":"wrong_type"`, `"subtype":"wrong_type","field_name":"f","reason":"r"`},
		"group_hierarchy_circular_dependency":   {``},
		"group_hierarchy_depth_exceeded":        {``, `"actual_depth":9,"max_depth":8`},
		"group_hierarchy_invalid_parent":        {``, `"reason":"multiple_parents"`, `"reason":"parent_not_linked_to_space"`},
		"invalid_api_version":                   {`"value":"1970-01-01"`},
		"invalid_content_type":                  {`"value":"text/plain"`},
		"invalid_enum_value":                    {`"allowed_values":[],"field_name":"f","value":"v"`, `"allowed_values":["a"],"field_name":"f","value":"v"`},
		"invalid_field":                         {`"field_name":"f"`},
		"invalid_id":                            {`"field_name":"f"`},
		"merge_works_error": {``, `"errors":[{"details":"d","work":"1","subtype":"locked","locked":{},"closed":{},"already_merged":{"merged_into":"2"},` +
			`"different_reporters":{"primary_reporters":["1"],"secondary_reporters":["2"]},"different_workspace":{"primary_workspace":"1","secondary_workspace":"2"},` +
			`"invalid_stage_transition":{"current_stage":"1","requested_stage":"2"},"stage_not_found_for_subtype":{"subtype":"s"}}]`},
		"missing_dependency":                   {``, `"dependencies":[{"field_name":"a","field_value":"b"}],"dependent_field_name":"c","dependent_field_value":"d","provided_field_name":"e","provided_field_value":"f"`},
		"missing_required_field":               {`"field_name":"f"`},
		"parse_error":                          {``},
		"stale_schema_fragments":               {``},
		"unexpected_id_type":                   {`"field_name":"f","value":"1"`, `"field_name":"f","value":"1","allowed_types":["webhook"]`},
		"unexpected_json_type":                 {`"actual":"bool","expected":"object","field_name":"f"`},
		"value_not_permitted":                  {`"field_name":"f"`, `"field_name":"f","allowed_values":["a"],"pattern":"p","reason":"r"`},
		"workflow_component_validation_errors": {``, `"errors":[{"code":"c","message":"m","location":"field","field":{"field_path":"p","parent_id":"1"},"operation":{"id":"1"},"workflow":{"id":"1"},"workflow_step":{"id":"1"}}]`},
	}
	require.Len(t, variants, 20)
	for variant, bodies := range variants {
		for _, members := range bodies {
			body := `{"type":"` + variant + `","message":"m","detail":"d"`
			if members != "" {
				body += "," + members
			}
			got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 400, "", []byte(body+"}"), false)
			require.NoError(t, err)
			assert.Empty(t, got, "%s %s", variant, members)
		}
	}
	for _, subtype := range strings.Fields(`bad_id_type date_parse_error enum_out_of_range expression_parse_error field_dropped
		field_immutable field_not_in_schema field_required fragment_not_found id_parse_error id_type_not_allowed invalid_argument
		timestamp_parse_error unknown_error unsupported_type wrong_type`) {
		got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 400, "", []byte(`{"type":"customization_validation_error","message":"m","subtype":"`+subtype+`"}`), false)
		require.NoError(t, err)
		assert.Empty(t, got, subtype)
	}
}

func TestCheckRequest_devrev(t *testing.T) {
	const id = `"` + provider.DevRevWebhookID + `"`
	tests := []struct {
		row       int
		name      string
		operation string
		body      string
		want      []string
	}{
		{44, "id", "webhooks.get", `{"id":` + id + `}`, nil},
		{45, "no id", "webhooks.get", `{}`, []string{"violation required /id"}},
		{46, "id as number", "webhooks.get", `{"id":7}`, []string{"violation type /id"}},
		{47, "unknown member", "webhooks.get", `{"id":` + id + `,"expand":"all"}`, []string{"rule unknown-member /expand"}},
		{84, "url", "webhooks.create", `{"url":"https://example.com"}`, nil},
		{84, "everything", "webhooks.create", `{"url":"https://example.com","event_types":["work_created"],"headers":[{"name":"n","value":"v"}],"secret":"MDEyMzQ1Njc="}`, nil},
		{0, "eight headers", "webhooks.create", `{"url":"u","headers":[` + headers(8) + `]}`, nil},
		{0, "nine headers", "webhooks.create", `{"url":"u","headers":[` + headers(9) + `]}`, []string{"violation maxItems /headers"}},
		{0, "headers of an update", "webhooks.update", `{"id":` + id + `,"headers":{"add":[` + headers(1) + `],"remove":["n"],"set":[]}}`, nil},
		{0, "nine headers removed", "webhooks.update", `{"id":` + id + `,"headers":{"remove":["1","2","3","4","5","6","7","8","9"]}}`, []string{"violation maxItems /headers/remove"}},
		{0, "headers of an update as a list", "webhooks.update", `{"id":` + id + `,"headers":[` + headers(1) + `]}`, []string{"violation type /headers"}},
		{0, "list by status", "webhooks.list", `{"status":["active"]}`, nil},
		{0, "list by another status", "webhooks.list", `{"status":["degraded"]}`, []string{"unlisted enum /status/0"}},
		{85, "no url", "webhooks.create", `{"event_types":[]}`, []string{"violation required /url"}},
		{86, "invented members", "webhooks.create", `{"url":"u","description":"d","enabled":true,"filters":[]}`, []string{"rule unknown-member /description", "rule unknown-member /enabled", "rule unknown-member /filters"}},
		{87, "empty object", "webhooks.list", `{}`, nil},
		{88, "paging", "webhooks.list", `{"limit":20}`, []string{"violation additionalProperties /limit"}},
		{91, "event types as a list", "webhooks.update", `{"id":` + id + `,"event_types":["verify"]}`, []string{"violation type /event_types"}},
		{92, "set", "webhooks.update", `{"id":` + id + `,"event_types":{"set":["verify"]}}`, nil},
		{92, "add and remove", "webhooks.update", `{"id":` + id + `,"event_types":{"add":["verify"],"remove":["work_created"]}}`, nil},
		{93, "set and add", "webhooks.update", `{"id":` + id + `,"event_types":{"set":[],"remove":[],"add":[]}}`, []string{"rule exclusive /event_types/add", "rule exclusive /event_types/remove"}},
		{94, "status for action", "webhooks.update", `{"id":` + id + `,"status":"inactive"}`, []string{"rule unknown-member /status"}},
		{95, "unknown action", "webhooks.update", `{"id":` + id + `,"action":"disable"}`, []string{"unlisted enum /action"}},
		{0, "delete", "webhooks.delete", `{"id":` + id + `}`, nil},
		{0, "delete without id", "webhooks.delete", `{}`, []string{"violation required /id"}},
		{0, "no body", "webhooks.get", ` `, []string{"rule body"}},
		{0, "broken body", "webhooks.get", `{"id":`, []string{"violation json"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s %s", tt.row, tt.operation, tt.name), func(t *testing.T) {
			got := contract.CheckRequest(&provider.DevRev, devrevRequest(t, tt.operation, tt.body))
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
			}
		})
	}
}

// A list in the query, in each form in use.
func TestCheckRequest_devrevListInTheQuery(t *testing.T) {
	for query, want := range map[string]struct {
		problems []string
		class    provider.Class
	}{
		"status=active":                             {nil, keep},
		"status=active,inactive":                    {nil, keep},
		"status=active&status=unverified":           {nil, keep},
		"status=%22active%22,%22inactive%22":        {nil, keep},
		"status=active,degraded":                    {[]string{"unlisted enum status/1"}, kind(provider.Word)},
		"status=":                                   {[]string{"unlisted enum status/0"}, kind(provider.Word)},
		"cursor=1":                                  {[]string{"rule unknown-member cursor"}, strangeOne},
		"status=active&cursor=1&cursor=2":           {[]string{"rule unknown-member cursor", "rule repeated cursor"}, keep},
		"status=active,lindqvist&status=unverified": {[]string{"unlisted enum status/1"}, kind(provider.Word)},
	} {
		r := contract.Request{Method: "GET", URL: parseURL(t, "https://api.devrev.ai/webhooks.list?"+query)}
		assert.ElementsMatch(t, want.problems, summary(contract.CheckRequest(&provider.DevRev, r)), query)
		assert.Equal(t, want.class, contract.RequestClasses(&provider.DevRev, r)("?status"), query)
	}
}

func TestCheckBody_devrevSiblings(t *testing.T) {
	const webhook = `{"id":"1","secret":"s","status":"active","url":"u"}`
	tests := []struct {
		row       int
		operation string
		status    int
		body      string
		want      []string
	}{
		{89, "webhooks.list", 200, `{"webhooks":[]}`, nil},
		{89, "webhooks.list", 200, `{"webhooks":[` + webhook + `,` + webhook + `]}`, nil},
		{89, "webhooks.list", 200, `{"webhooks":[` + webhook + `,{"id":"1","status":"active","url":"u"}]}`, []string{"violation required /webhooks/1/secret"}},
		{90, "webhooks.list", 200, `{"webhooks":[],"next_cursor":"c"}`, []string{"undocumented /next_cursor"}},
		{96, "webhooks.delete", 200, `{}`, nil},
		{97, "webhooks.delete", 200, `{"id":"1"}`, []string{"violation additionalProperties /id"}},
		{0, "webhooks.create", 201, `{"webhook":` + webhook + `}`, nil},
		{0, "webhooks.create", 201, `{}`, []string{"violation required /webhook"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", tt.row, tt.operation), func(t *testing.T) {
			got, err := contract.CheckBody(&provider.DevRev, tt.operation, tt.status, "application/json; charset=utf-8", []byte(tt.body), true)
			require.NoError(t, err)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
			}
		})
	}
}
