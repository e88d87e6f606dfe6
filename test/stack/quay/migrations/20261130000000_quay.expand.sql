create table quay.marks (id text primary key, berth text);
create table quay.runs (key text not null, phase text not null);
