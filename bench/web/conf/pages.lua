-- Asks for many pages, a few of them very often and most of them seldom.
local pages = {
{{- range .Pages}}
  "{{.}}",
{{- end}}
}
local order = { {{- range .Order}}{{.}},{{end -}} }
local requests, at = {}, 0

function init()
  for i, page in ipairs(pages) do
    requests[i - 1] = wrk.format("GET", page)
  end
end

function request()
  at = at % #order + 1
  return requests[order[at]]
end
