vcl 4.1;
backend default {
  .host = "{{.OriginHost}}";
  .port = "{{.OriginPort}}";
}
